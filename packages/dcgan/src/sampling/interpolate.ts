import { checkOptions, type Image, type KnownOptions } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkGenerator, classCount, latentLength } from './check-generator.js';
import { labelOf } from './label-of.js';
import { draw, drawLatent } from './sample.js';

/** Names the latent vector of a sample. */
export interface SampleName {
  /** The option `seed` of `sample`. */
  seed: number;
  /** Which of its samples, counted from 0. @default 0 */
  index?: number | undefined;
}

/** Options of `interpolate`. */
export interface InterpolateOptions {
  /** The first image. */
  from: SampleName;
  /** The last image. */
  to: SampleName;
  /** Images of the strip, both ends included; at least 2. @default 9 */
  steps?: number | undefined;
  /** Class of all images, for a conditional generator. @default its first */
  label?: number | undefined;
  /** As in `sample`, for the latents of both ends; at least 0.01. @default none */
  truncation?: number | undefined;
  /** As in `sample`, for each image. @default false */
  stretch?: boolean | undefined;
}

const OPTIONS: KnownOptions<InterpolateOptions> = {
  from: true,
  to: true,
  steps: true,
  label: true,
  truncation: true,
  stretch: true,
};
const NAME: KnownOptions<SampleName> = { seed: true, index: true };

/**
 * Images along the great circle between two samples' latents (slerp; White, 2016), uint8 `[size, size, channels]`. A
 * smooth strip speaks against a generator that only remembers. `contactSheet(images, { columns: steps })` of @cxr/data lays
 * it out.
 * @throws RangeError for unknown options, fewer than two steps, an invalid seed or index, and a label or truncation as in `sample`; TypeError
 * if it is no generator, or an end is missing.
 */
export async function interpolate(generator: tfl.LayersModel, options: InterpolateOptions): Promise<Image[]> {
  checkGenerator('interpolate', generator);
  checkOptions('interpolate', options, OPTIONS);
  const { from, to, steps = 9, label, truncation, stretch } = options;
  checkOptions('interpolate’s from', from, NAME);
  checkOptions('interpolate’s to', to, NAME);
  if (!(Number.isInteger(steps) && steps >= 2)) throw new RangeError(`invalid steps: ${steps}`);
  const length = latentLength(generator);
  const classes = classCount(generator);
  const chosen = label === undefined ? 0 : labelOf(label, classes);
  const start = drawLatent(from.seed, from.index ?? 0, length, truncation);
  const end = drawLatent(to.seed, to.index ?? 0, length, truncation);
  const latents = new Float32Array(steps * length);
  for (let i = 0; i < steps; i++) latents.set(slerp(start, end, i / (steps - 1)), i * length);
  return draw(generator, latents, classes > 0 ? Array(steps).fill(chosen) : undefined, stretch);
}

/** Spherical interpolation: the angle between the vectors grows evenly with `t`, 0 to 1, and so does their length. */
export function slerp(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / (Math.hypot(...a) * Math.hypot(...b)))));
  const sine = Math.sin(angle);
  // Parallel vectors have no arc between them: a straight line is then the same.
  const [left, right] =
    sine < 1e-6 ? [1 - t, t] : [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
  return a.map((value, i) => left * value + right * b[i]!);
}
