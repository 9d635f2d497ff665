import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { mapLevels } from '../pixels/levels.js';
import { roundHalfEven } from '../round.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `toneCurve`. */
export interface ToneCurveOptions extends TransformOptions {
  /** Height of the curve's control point for dark tones, 0..1; 1/3 keeps them. @default [0.2, 0.45] */
  shadows?: NumberRange | undefined;
  /** Height of the control point for bright tones, 0..1; 2/3 keeps them. @default [0.55, 0.8] */
  highlights?: NumberRange | undefined;
}

/** What `toneCurve` draws; units as in its options. */
export type ToneCurveParams = { readonly shadows: number; readonly highlights: number };

const LIMITS = { shadows: [0, 1], highlights: [0, 1] } as const;

/**
 * Bends the tones by a Bézier curve from black to white with two control points, as the curves of different apparatus differ:
 * albumentations' `RandomToneCurve`. Black and white stay, and no tone passes another as long as `shadows` and `highlights` are
 * in order.
 */
export function toneCurve(options: ToneCurveOptions = {}): Transform<ToneCurveParams> {
  checkOptions<ToneCurveOptions>('toneCurve', options, { shadows: true, highlights: true, p: true });
  const shadows = checkRange('shadows', options.shadows ?? [0.2, 0.45], ...LIMITS.shadows);
  const highlights = checkRange('highlights', options.highlights ?? [0.55, 0.8], ...LIMITS.highlights);
  return photometric<ToneCurveParams>({
    name: 'toneCurve',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ shadows: drawFrom(rng, shadows), highlights: drawFrom(rng, highlights) }),
    apply: (image, params) =>
      mapLevels(image, (value, max) => {
        const tone = curve(value / max, params) * max;
        return max === 1 ? tone : roundHalfEven(tone);
      }),
  });
}

function curve(t: number, { shadows, highlights }: ToneCurveParams): number {
  const s = 1 - t;
  return 3 * s ** 2 * t * shadows + 3 * s * t ** 2 * highlights + t ** 3;
}
