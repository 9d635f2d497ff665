import { UsageError } from '@cxr/cli';
import { type Bootstrap, bootstrap } from '../metrics/bootstrap.js';
import { cmmd } from '../metrics/cmmd.js';
import { fidInfinity } from '../metrics/fid-infinity.js';
import { kid } from '../metrics/kid.js';
import { medianOf } from '../metrics/median.js';
import { type Prdc, prdc } from '../metrics/prdc.js';
import { realism } from '../metrics/realism.js';
import { vendiScore } from '../metrics/vendi-score.js';
import { msSsimDiversity } from '../ms-ssim/ms-ssim-diversity.js';
import type { PathStatistics } from '../node/path-report.js';
import { featuresOf, frdOfFeatures } from '../radiomics/frd.js';
import type { MetricContext } from './metric-context.js';
import { imagesOfSet } from './path-images.js';
import { measureReals, type RealMeasures } from './real-measures.js';
import { reportMemorisation } from './report-memorisation.js';

type Metric = (context: MetricContext) => unknown;

/** The metrics of `prdc`. */
export const PRDC: Readonly<Record<string, Metric>> = {
  precision: (context) => context.prdc().precision,
  recall: (context) => context.prdc().recall,
  density: (context) => context.prdc().density,
  coverage: (context) => context.prdc().coverage,
};

/** Every further metric: its name, on the command line and as a key of the result, and a function that gives its value as JSON. */
const TABLE: Readonly<Record<string, Metric>> = {
  kid: ({ real, fake, seed, kidOptions }) => kid(real.activations, fake.activations, { ...kidOptions, seed }),
  ...PRDC,
  fid_inf: ({ real, fake, seed }) => fidInfinity(real.statistics, fake.activations, { seed }),
  memorisation: reportMemorisation,
  cmmd: ({ real, fake }) => cmmd(real.activations, fake.activations),
  vendi: ({ real, fake }) => ({ real: vendiScore(real.activations), fake: vendiScore(fake.activations) }),
  realism: ({ real, fake }) => {
    const values = realism(real.activations, fake.activations);
    const median = medianOf(values);
    // JSON has no infinity, which copies have.
    return {
      median: Number.isFinite(median) ? median : null,
      share: values.filter((value) => value >= 1).length / values.length,
    };
  },
  ms_ssim: async ({ reals, fake, size, reading, seed }) => ({
    real: await reals.msSsim(size),
    fake: await msSsimDiversity(await imagesOfSet(fake, reading, 'ms_ssim'), { size, seed }),
  }),
  frd: async ({ reals, fake, size, reading }) =>
    frdOfFeatures(
      await reals.features(size),
      await featuresOf(await imagesOfSet(fake, reading, 'frd'), { size }),
    ),
};

/** The fewest reals and fakes that a metric can be computed of; of the others 2, as of the FID. */
export const LEAST_IMAGES: Readonly<Record<string, readonly [reals: number, fakes: number]>> = {
  precision: [6, 6],
  recall: [6, 6],
  density: [6, 6],
  coverage: [6, 6],
  fid_inf: [2, 20],
  realism: [4, 2],
};

/** Choices of `--metrics`; `fid` is always computed. */
export const METRICS: readonly string[] = ['fid', ...Object.keys(TABLE)];

/** Those of the images themselves, all brought to the fakes' size; the one with a smallest size first. */
export const IMAGE_METRICS: readonly string[] = ['ms_ssim', 'frd'];

/** Which metrics, and how. */
export interface MetricRequest
  extends Pick<MetricContext, 'seed' | 'kidOptions' | 'pictures' | 'size' | 'reading'> {
  metrics: readonly string[];
  /** Of the reals' images, to be shared by several calls. @default measured for this one */
  reals?: RealMeasures | undefined;
}

/** One key a metric, in the order of `metrics`. */
export async function furtherMetrics(
  { metrics, seed, pictures, kidOptions, size, reading, reals }: MetricRequest,
  [real, fake]: readonly [PathStatistics, PathStatistics],
): Promise<Record<string, unknown>> {
  const names = metrics.filter((name) => name !== 'fid');
  const result: Record<string, unknown> = {};
  if (names.length === 0) return result;
  const sets = { real: withActivations(real, names[0]!), fake: withActivations(fake, names[0]!) };
  let shares: Prdc | undefined;
  const context: MetricContext = {
    ...sets,
    seed,
    kidOptions,
    pictures,
    size,
    reading,
    reals: reals ?? measureReals(real, { reading, seed }),
    prdc: () => {
      shares ??= prdc(sets.real.activations, sets.fake.activations);
      return shares;
    },
  };
  for (const name of names) result[name] = await namingMetric(name, () => TABLE[name]!(context));
  return result;
}

/** What a metric refuses, too few images for one, is no fault of the program. @throws UsageError naming the metric */
async function namingMetric<T>(name: string, compute: () => T | Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${name}: ${error.message}`, { cause: error });
  }
}

/** Bootstrap intervals of the FID and of those of the further metrics that have one. */
export function intervalsOf(
  { metrics, seed, kidOptions }: MetricRequest,
  [real, fake]: readonly [PathStatistics, PathStatistics],
  resamples: number,
): Bootstrap {
  const { degree, gamma, coef0 } = kidOptions;
  const shares = metrics.some((name) => name in PRDC);
  const asked = ['fid', metrics.includes('kid') ? 'kid' : '', shares ? 'prdc' : ''] as const;
  return bootstrap(
    withActivations(real, 'a bootstrap').activations,
    withActivations(fake, 'a bootstrap').activations,
    {
      metrics: asked.filter((name) => name !== ''),
      ...{ resamples, seed, degree, gamma, coef0 },
    },
  );
}

/** Checks that a statistics file has what the metrics need. @throws UsageError naming the metric that needs more. */
export async function checkMetrics(
  metrics: readonly string[],
  file: Pick<PathStatistics, 'path' | 'activations'>,
): Promise<void> {
  const [first] = metrics.filter((name) => name !== 'fid');
  if (first === undefined) return;
  withActivations(file, first);
  const ofImages = IMAGE_METRICS.find((name) => metrics.includes(name));
  if (ofImages !== undefined) await imagesOfSet({ path: file.path, names: [] }, {}, ofImages);
}

function withActivations<Set extends Pick<PathStatistics, 'path' | 'activations'>>(
  set: Set,
  metric: string,
): Set & Pick<MetricContext['real'], 'activations'> {
  const { activations } = set;
  if (activations) return { ...set, activations };
  throw new UsageError(
    `${metric} needs images, but ${set.path} is a statistics file without activations (--save-activations writes them)`,
  );
}
