import { UsageError } from '@cxr/cli';
import { LEAST_IMAGES, type MetricRequest } from './further-metrics.js';

/** What a score is to be computed of. */
export interface CountRequest extends Pick<MetricRequest, 'metrics'> {
  kidSubsetSize?: number | undefined;
  worst?: string | undefined;
  bootstrap?: number | undefined;
}

/** How many images a set has; undefined where that is not known yet. */
interface Counted {
  path: string;
  count: number | undefined;
}

/**
 * Checks before anything is computed that there are enough images.
 * @throws UsageError naming what needs more of them, and the path.
 */
export function checkCounts(
  { metrics, kidSubsetSize, worst, bootstrap }: CountRequest,
  [real, fake]: readonly [Counted, Counted],
): void {
  const check = (what: string, least: readonly [reals: number, fakes: number]): void => {
    for (const [i, { path, count }] of [real, fake].entries()) {
      if (count !== undefined && count < least[i]!)
        throw new UsageError(`${what} needs at least ${least[i]} images: ${path} has ${count}`);
    }
  };
  for (const name of metrics) {
    const least = LEAST_IMAGES[name];
    if (least) check(name, least);
    // Each interval of these is of halves.
    if (least && bootstrap !== undefined && PRDC.includes(name)) check(`--bootstrap of ${name}`, [12, 12]);
  }
  if (kidSubsetSize !== undefined && metrics.includes('kid'))
    check(`--kid-subset-size ${kidSubsetSize}`, [kidSubsetSize, kidSubsetSize]);
  if (worst !== undefined) check('--worst', [2, 3]);
}

const PRDC: readonly string[] = ['precision', 'recall', 'density', 'coverage'];
