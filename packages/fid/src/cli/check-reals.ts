import { dimsOf } from '../node/open-engine.js';
import type { PathStatisticsOptions } from '../node/path-report.js';
import { openPath } from '../node/path-source.js';
import { givenEngine } from '../node/path-statistics.js';
import { checkComparable, settingsOf } from '../node/statistics-settings.js';
import { preparationOf } from '../prepare-image.js';
import { checkCounts } from './check-counts.js';
import { checkMetrics } from './further-metrics.js';

/**
 * Checks the reals before anything is sampled or computed: that there are images, or that statistics are of the same dims, resize,
 * preprocessing and encoder as those of the fakes will be, and hold what the metrics need, and that there are enough of both.
 * @throws CxrFileError or UsageError naming what does not fit.
 */
export async function checkReals(
  path: string,
  { metrics, samples }: { metrics: readonly string[]; samples: number },
  options: PathStatisticsOptions,
): Promise<void> {
  const { recursive = false, bits, window, resize } = options;
  const used = givenEngine(options);
  const keepActivations = metrics.some((name) => name !== 'fid');
  const source = await openPath(
    { path },
    { dims: dimsOf(options), recursive, keepActivations, bits, shard: undefined },
  );
  if ('statistics' in source) {
    const preparation = preparationOf(used?.engine, resize);
    checkComparable([source], settingsOf({ preparation, bits, window, size: undefined, used }));
    await checkMetrics(metrics, source);
  }
  const count = () => {
    if ('statistics' in source) return source.statistics.count;
    return 'files' in source ? source.files.length : source.images.count;
  };
  await checkCounts({ metrics }, [
    { path, count },
    { path: '--samples', count: () => samples },
  ]);
}
