import { UsageError } from '@cxr/cli';
import type { NdArray } from 'ndarray';
import { fidInfinity } from '../metrics/fid-infinity.js';
import { kid } from '../metrics/kid.js';
import { type Memorisation, memorisation } from '../metrics/memorisation.js';
import { prdc } from '../metrics/prdc.js';
import type { GatheredPath } from '../node/gather-paths.js';
import { drawPairs } from './memorisation-pictures.js';
import type { CliOptions } from './options.js';

/** How many suspicious pairs the result names. */
const PAIRS = 10;

/** One key a metric, in the order asked for. */
export async function furtherMetrics(
  options: CliOptions,
  [real, fake]: readonly [GatheredPath, GatheredPath],
): Promise<Record<string, unknown>> {
  const wanted = options.metrics.filter((name) => name !== 'fid');
  const result: Record<string, unknown> = {};
  if (wanted.length === 0) return result;
  const a = activationsOf(real, wanted[0]!);
  const b = activationsOf(fake, wanted[0]!);
  const { seed } = options;
  const shares = wanted.some((name) => name in EMPTY_SHARES) ? prdc(a, b) : EMPTY_SHARES;
  for (const name of wanted) {
    if (name === 'kid') result[name] = kid(a, b, { seed });
    else if (name === 'fid_inf') result[name] = fidInfinity(real.statistics, b, { seed });
    else if (name === 'memorisation') {
      const report = memorisation(a, b);
      if (options.pictures) await drawPairs(options.pictures, report, { real: real.names, fake: fake.names });
      result[name] = named(report, real, fake);
    } else result[name] = shares[name as keyof typeof shares];
  }
  return result;
}

const EMPTY_SHARES = { precision: 0, recall: 0, density: 0, coverage: 0 };

function activationsOf({ path, activations }: GatheredPath, metric: string): NdArray<Float32Array> {
  if (activations) return activations;
  throw new UsageError(`${metric} needs images, but ${path} is a statistics file`);
}

/** The report with file names for rows, and only its worst pairs. */
function named(report: Memorisation, real: GatheredPath, fake: GatheredPath) {
  const pairs = report.pairs.slice(0, PAIRS).map((pair) => ({
    ...pair,
    fake: fake.names[pair.fake],
    real: real.names[pair.real],
  }));
  return { ...report, pairs };
}
