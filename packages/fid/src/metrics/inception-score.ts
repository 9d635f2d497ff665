import { checkOptions, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';

/** Options of `inceptionScore`. */
export interface InceptionScoreOptions {
  /** Parts of the set, one after the other, over which mean and deviation are taken. @default 10, or one an image */
  splits?: number | undefined;
}

const OPTIONS: KnownOptions<InceptionScoreOptions> = { splits: true };

/** Over the parts. */
export interface InceptionScore {
  mean: number;
  std: number;
}

/**
 * The Inception score (Salimans et al., 2016) of class logits `[n, classes]`: the exponential of the mean divergence between an image's class
 * probabilities and those of all. Do not judge X-rays by it: the Inception's classes are dogs, cars and the like, so that an X-ray's class means nothing, and
 * the score never looks at real images. It is here for tables that ask for it, and for classifiers of your own.
 *
 * @throws RangeError for wrong or unknown options, no image, or a value that is not finite.
 */
export function inceptionScore(
  logits: NdArray<Float32Array>,
  options: InceptionScoreOptions = {},
): InceptionScore {
  checkOptions('inceptionScore', options, OPTIONS);
  const { data, n, dims } = activationRows(logits);
  if (n < 1 || dims < 1) throw new RangeError(`logits must be [n, classes]: [${n},${dims}]`);
  const { splits = Math.min(10, n) } = options;
  if (!(Number.isSafeInteger(splits) && splits >= 1 && splits <= n))
    throw new RangeError(`invalid splits: ${splits} (1 to ${n})`);
  const scores = Array.from({ length: splits }, (_, i) => {
    const [start, end] = [Math.floor((i * n) / splits), Math.floor(((i + 1) * n) / splits)];
    const rows = Array.from({ length: end - start }, (_, k) =>
      logProbabilities(data.subarray((start + k) * dims, (start + k + 1) * dims)),
    );
    return scoreOf(rows, dims);
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / splits;
  return { mean, std: Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits) };
}

function logProbabilities(row: Float32Array): Float64Array {
  const max = row.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const sum = row.reduce((total, value) => total + Math.exp(value - max), 0);
  return Float64Array.from(row, (value) => value - max - Math.log(sum));
}

function scoreOf(rows: readonly Float64Array[], classes: number): number {
  const marginal = new Float64Array(classes);
  for (const row of rows) {
    row.forEach((value, c) => {
      marginal[c]! += Math.exp(value) / rows.length;
    });
  }
  let divergence = 0;
  for (const row of rows) {
    row.forEach((value, c) => {
      // A class of probability 0 adds nothing.
      if (marginal[c]! > 0) divergence += Math.exp(value) * (value - Math.log(marginal[c]!));
    });
  }
  return Math.exp(divergence / rows.length);
}
