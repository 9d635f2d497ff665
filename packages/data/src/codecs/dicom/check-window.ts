import { describeValue } from '@cxr/image';
import type { DicomWindow } from './dicom-header.js';

/** Whether a window can be shown; no window is usable, too: then all values are shown. */
export function isUsable(window: DicomWindow | undefined): boolean {
  if (!window) return true;
  const { centre, width, shape = 'LINEAR' } = window;
  return Number.isFinite(centre) && width >= (shape === 'LINEAR' ? 1 : Number.MIN_VALUE);
}

/** @throws TypeError unless it is `'file'`, `'all'`, a window or undefined; RangeError for a window of no width or of no numbers. */
export function checkWindow(window: 'file' | 'all' | DicomWindow | undefined): void {
  if (window === undefined || window === 'file' || window === 'all') return;
  if (typeof window !== 'object' || window === null)
    throw new TypeError(`window must be 'file', 'all' or { centre, width }, not ${describeValue(window)}`);
  const { centre, width } = window;
  if (!isUsable(window))
    throw new RangeError(`invalid window: a window of centre ${centre} and width ${width}`);
}
