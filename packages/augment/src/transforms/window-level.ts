import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { mapLevels } from '../pixels/levels.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `windowLevel`. */
export interface WindowLevelOptions extends TransformOptions {
  /** Middle of the window (the level), in the image's own units: 0..255, 0..65535 or 0..1. */
  center: NumberRange;
  /** Width of the window, in the image's own units, above 0. */
  width: NumberRange;
}

/** What `windowLevel` draws; units as in its options. */
export type WindowLevelParams = { readonly center: number; readonly width: number };

const LIMITS = { center: [-Infinity, Infinity], width: [Number.MIN_VALUE, Infinity] } as const;

/**
 * Maps a window of values to the whole range; values below it become black, above it white. For integer types this is the linear
 * function of DICOM PS3.3 C.11.2.1.2.1, for Float32 that of C.11.2.1.3.2 (LINEAR_EXACT). The type stays.
 */
export function windowLevel(options: WindowLevelOptions): Transform<WindowLevelParams> {
  checkOptions<WindowLevelOptions>('windowLevel', options, { center: true, width: true, p: true });
  const center = checkRange('center', options.center, ...LIMITS.center);
  const width = checkRange('width', options.width, ...LIMITS.width);
  return photometric({
    name: 'windowLevel',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ center: drawFrom(rng, center), width: drawFrom(rng, width) }),
    apply: (image, params) =>
      mapLevels(image, (value, max) => {
        if (max === 1) return (value - params.center) / params.width + 0.5;
        const span = Math.max(1, params.width) - 1;
        const from = params.center - 0.5 - span / 2;
        if (value <= from) return 0;
        return value > from + span ? max : ((value - from) / span) * max + 0.5;
      }),
  });
}
