import { checkOptions, checkRange, drawFrom, drawWholeFrom, type NumberRange } from '../options.js';
import { meanAlong } from '../pixels/mean-along.js';
import { roundHalfEven } from '../round.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `motionBlur`. */
export interface MotionBlurOptions extends TransformOptions {
  /** Length of the movement in pixels, odd whole numbers, 3..255. @default [3, 7] */
  length?: NumberRange | undefined;
  /** Direction of the movement, degrees, counter-clockwise from the right. @default [0, 180] */
  degrees?: NumberRange | undefined;
}

/** What `motionBlur` draws; units as in its options. */
export type MotionBlurParams = { readonly length: number; readonly degrees: number };

const LIMITS = { length: [3, 255, 'whole'], degrees: [-Infinity, Infinity] } as const;

/**
 * Averages along a line through each pixel, as if the patient moved during the exposure: albumentations' `MotionBlur` without its
 * bias and shift. The image is mirrored at its border.
 */
export function motionBlur(options: MotionBlurOptions = {}): Transform<MotionBlurParams> {
  checkOptions<MotionBlurOptions>('motionBlur', options, { length: true, degrees: true, p: true });
  const [min, max] = checkRange('length', options.length ?? [3, 7], LIMITS.length[0], LIMITS.length[1]);
  for (const end of [min, max]) if (end % 2 !== 1) throw new RangeError(`invalid length: ${end} (not odd)`);
  const degrees = checkRange('degrees', options.degrees ?? [0, 180], ...LIMITS.degrees);
  const halves = [min >> 1, max >> 1] as const;
  return photometric<MotionBlurParams>({
    name: 'motionBlur',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({
      length: 2 * drawWholeFrom(rng, halves) + 1,
      degrees: drawFrom(rng, degrees),
    }),
    apply: (image, params) => meanAlong(image, line(params)),
  });
}

/** The pixels of a line through the middle one, as offsets from it; row by row, each once. */
function line({ length, degrees }: MotionBlurParams): (readonly [x: number, y: number])[] {
  const angle = degrees * (Math.PI / 180);
  const half = length >> 1;
  const [dx, dy] = [Math.cos(angle), -Math.sin(angle)];
  const points = new Map<number, readonly [number, number]>();
  for (let t = -half; t <= half; t++) {
    const [x, y] = [roundHalfEven(half + t * dx) - half, roundHalfEven(half + t * dy) - half];
    points.set(y * 256 + x, [x, y]);
  }
  return [...points.values()];
}
