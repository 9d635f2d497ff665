import { UsageError } from '@cxr/cli';
import { LEAST_IMAGES, type MetricRequest, PRDC } from './further-metrics.js';

/** What a score is to be computed of. */
export interface CountRequest extends Pick<MetricRequest, 'metrics'> {
  kidSubsetSize?: number | undefined;
  worst?: string | undefined;
  bootstrap?: number | undefined;
}

/** A set, and how many images it has; undefined where that is not known yet. */
interface Counted {
  path: string;
  count(): Promise<number | undefined> | number | undefined;
}

/**
 * Checks before anything is computed that there are enough images. They are counted only where more than a FID is asked for.
 * @throws UsageError naming what needs more of them, and the path.
 */
export async function checkCounts(request: CountRequest, sets: readonly [Counted, Counted]): Promise<void> {
  const needs = needsOf(request);
  if (needs.length === 0) return;
  for (const [i, { path, count: counted }] of sets.entries()) {
    const count = await counted();
    if (count === undefined) continue;
    for (const { what, least } of needs) {
      if (count < least[i]!)
        throw new UsageError(`${what} needs at least ${least[i]} images: ${path} has ${count}`);
    }
  }
}

interface Need {
  what: string;
  least: readonly [reals: number, fakes: number];
}

function needsOf({ metrics, kidSubsetSize, worst, bootstrap }: CountRequest): Need[] {
  const needs: Need[] = [];
  for (const name of metrics) {
    const least = LEAST_IMAGES[name];
    if (!least) continue;
    needs.push({ what: name, least });
    // Each interval of these is of halves.
    if (bootstrap !== undefined && name in PRDC)
      needs.push({ what: `--bootstrap of ${name}`, least: [2 * least[0], 2 * least[1]] });
  }
  if (kidSubsetSize !== undefined && metrics.includes('kid'))
    needs.push({ what: `--kid-subset-size ${kidSubsetSize}`, least: [kidSubsetSize, kidSubsetSize] });
  if (worst !== undefined) needs.push({ what: '--worst', least: [2, 3] });
  return needs;
}
