import { UsageError } from '@cxr/cli';
import { type Memorisation, memorisation, type NearestPair } from '../metrics/memorisation.js';
import { drawPairs } from './memorisation-pictures.js';
import type { MetricContext } from './metric-context.js';

/** How many suspicious pairs the result names. */
const PAIRS = 10;

type NamedPair = Omit<NearestPair, 'fake' | 'real' | 'ratio'> & {
  fake: string | undefined;
  real: string | undefined;
  /** Left out if it is infinite, because two reals are equal: JSON has no infinity. */
  ratio?: number;
};

/** The report with file names instead of rows, and only its worst pairs; also drawn if `pictures` is given. */
export async function reportMemorisation({
  real,
  fake,
  pictures,
  reading,
}: MetricContext): Promise<Omit<Memorisation, 'pairs'> & { pairs: NamedPair[] }> {
  const report = memorisation(real.activations, fake.activations);
  if (pictures !== undefined && [real, fake].some(({ names }) => names.length === 0)) {
    throw new UsageError('--memorisation-pictures needs images, not saved activations');
  }
  if (pictures !== undefined) await drawPairs(pictures, report, { real, fake, reading });
  const pairs = report.pairs.slice(0, PAIRS).map(({ ratio, ...pair }) => ({
    ...pair,
    ...(Number.isFinite(ratio) ? { ratio } : {}),
    fake: fake.names[pair.fake],
    real: real.names[pair.real],
  }));
  return { ...report, pairs };
}
