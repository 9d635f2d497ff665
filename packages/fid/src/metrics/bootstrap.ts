import { checkOptions, describeValue, type KnownOptions } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { assertPositive } from '../engines/engine.js';
import { Statistics } from '../statistics.js';
import { bootstrapKid } from './bootstrap-kid.js';
import { bootstrapPrdc } from './bootstrap-prdc.js';
import { frechetDistance } from './frechet-distance.js';
import type { KidOptions } from './kid.js';
import { assertSameDims, toRows } from './pairwise.js';
import type { Prdc } from './prdc.js';
import { drawRows, type Interval, intervalOf } from './resamples.js';

/** Metrics that `bootstrap` knows: `prdc` is precision, recall, density and coverage. */
export const BOOTSTRAP_METRICS = ['fid', 'kid', 'prdc'] as const;

/** Options of `bootstrap`. */
export interface BootstrapOptions extends Pick<KidOptions, 'degree' | 'gamma' | 'coef0'> {
  /** Which metrics. @default all: 'fid', 'kid' and 'prdc' */
  metrics?: readonly (typeof BOOTSTRAP_METRICS)[number][] | undefined;
  /** How many resamples, at least 2. @default 200 */
  resamples?: number | undefined;
  /** Of `prdc`. @default 5 */
  k?: number | undefined;
  /** Of the resamples. @default 0 */
  seed?: number | undefined;
}

const OPTIONS: KnownOptions<BootstrapOptions> = {
  metrics: true,
  resamples: true,
  k: true,
  seed: true,
  degree: true,
  gamma: true,
  coef0: true,
};

/** 95 % intervals; a metric that was not asked for is absent. */
export interface Bootstrap extends Partial<Record<'fid' | 'kid' | keyof Prdc, Interval>> {
  /** Resamples used. */
  resamples: number;
}

/**
 * How far FID, KID, precision, recall, density and coverage would move with other images of the same kinds, by resampling both sets of
 * activations `[n, dims]`.
 *
 * The resamples' bias is taken out, so that an interval is about the value at this number of images. A resampled set has
 * copies, about 63 % of its images are distinct, and its FID is higher than that of the set, by about what the set's own FID is above
 * that of infinitely many images (both biases are about proportional to 1 / n). Percentiles of such FIDs can all lie above
 * the FID itself; each is lowered by the mean excess, `bias`. What the FID itself has too much is not taken out: see `fidInfinity`.
 *
 * - FID: sets of the same size, drawn with replacement.
 * - KID: the same, without pairs of an image with its copy, which are no independent images. `value` is that of the whole sets,
 *   and has no bias; `kid` gives the mean over subsets, which differs a little.
 * - Precision to coverage: random halves without copies, since copies would shrink the neighbourhoods to nothing. The variance of a
 *   mean over such halves is that of a mean over the whole set.
 *
 * @throws TypeError for a value of another kind; RangeError for wrong or unknown options, different dims, fewer than two images, or for `prdc`
 * fewer than 2 k + 2, or an activation that is not finite.
 */
export function bootstrap(
  real: NdArray<Float32Array>,
  fake: NdArray<Float32Array>,
  options: BootstrapOptions = {},
): Bootstrap {
  checkOptions('bootstrap', options, OPTIONS);
  const { metrics = BOOTSTRAP_METRICS, resamples = 200, k = 5, seed = 0 } = options;
  if (!Array.isArray(metrics)) throw new TypeError(`metrics must be an array, not ${describeValue(metrics)}`);
  const unknown = metrics.find((name) => !BOOTSTRAP_METRICS.includes(name));
  if (unknown !== undefined)
    throw new RangeError(
      `metrics must be some of ${BOOTSTRAP_METRICS.join(', ')}: ${describeValue(unknown)}`,
    );
  if (!(Number.isSafeInteger(resamples) && resamples >= 2))
    throw new RangeError(`invalid number of resamples: ${resamples}`);
  assertPositive('k', k);
  const [reals, fakes] = [activationRows(real), activationRows(fake)];
  const [x, y] = [toRows(reals, 2), toRows(fakes, 2)];
  assertSameDims(x, y);
  const draws = { seed, resamples };
  const result: Bootstrap = { resamples };
  if (metrics.includes('fid')) {
    const values = Array.from({ length: resamples }, (_, i) => {
      const [a, b] = [reals, fakes].map((rows, set) =>
        Statistics.of(rows.take(drawRows(rows.n, seed, i, set))),
      );
      return frechetDistance(a!, b!);
    });
    result.fid = intervalOf(frechetDistance(Statistics.of(reals), Statistics.of(fakes)), values);
  }
  if (metrics.includes('kid')) result.kid = bootstrapKid(x, y, { ...options, ...draws });
  if (metrics.includes('prdc')) Object.assign(result, bootstrapPrdc(x, y, { ...draws, k }));
  return result;
}
