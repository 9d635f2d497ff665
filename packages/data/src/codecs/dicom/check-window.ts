import { describeValue } from '@cxr/image';
import type { DicomWindow, WindowFunction } from './dicom-header.js';

const SHAPES: readonly WindowFunction[] = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];

/**
 * Whether a window can be shown; no window is usable, too: then all values are shown.
 * @param shape of a window that names none
 */
export function isUsable(window: DicomWindow | undefined, shape: WindowFunction = 'LINEAR'): boolean {
  if (!window) return true;
  const { centre, width } = window;
  const min = (window.shape ?? shape) === 'LINEAR' ? 1 : Number.MIN_VALUE;
  return Number.isFinite(centre) && Number.isFinite(width) && width >= min;
}

/**
 * @param name of the option, for errors
 * @param shape of a window that names none: widths below 1 are an error only where it is 'LINEAR'
 * @throws TypeError unless it is `'file'`, `'all'`, a window or undefined; RangeError for a window of no width, of no numbers or of an unknown shape.
 */
export function checkWindow(
  name: 'window' | 'fallbackWindow',
  window: 'file' | 'all' | DicomWindow | undefined,
  shape: WindowFunction = 'LINEAR',
): void {
  if (window === undefined || window === 'all') return;
  if (window === 'file') {
    if (name === 'window') return;
    throw new RangeError('invalid fallbackWindow: file');
  }
  if (typeof window !== 'object' || window === null) {
    const words = name === 'window' ? "'file', 'all'" : "'all'";
    throw new TypeError(`${name} must be ${words} or { centre, width }, not ${describeValue(window)}`);
  }
  if (window.shape !== undefined && !SHAPES.includes(window.shape))
    throw new RangeError(
      `invalid ${name}: shape must be one of ${SHAPES.join(', ')}, not ${describeValue(window.shape)}`,
    );
  const { centre, width } = window;
  if (!isUsable(window, shape))
    throw new RangeError(`invalid ${name}: a window of centre ${centre} and width ${width}`);
}
