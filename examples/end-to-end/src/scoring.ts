import type { BackendName } from '@cxr/backend';
import type { Progress } from '@cxr/cli';
import { createGenerator, resolveConfig, type Scorer, sample } from '@cxr/dcgan';
import {
  activations,
  type Dims,
  frechetDistance,
  type InceptionEngine,
  type InceptionWeights,
  randomWeights,
  Statistics,
} from '@cxr/fid';
import { createEngine, findWeights, loadWeights } from '@cxr/fid/node';
import { CxrFileError, createRng, ndarray, splitHalves } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Metrics, Score, WeightsOrigin } from './metrics.js';
import { type Options, trainSettings } from './options.js';
import { atSize, compareRows, compareSpectra } from './readable.js';
import type { CountedImages, Reals } from './reals.js';

const RESIZE = 'pil299';

const RANDOM_NOTE =
  'No Inception weights were found, so this run was scored with random ones. Its scores can be compared with each ' +
  'other, but not with any published FID. For those, name a weights file with --weights.';
const FEW_NOTE = (n: number, dims: number) =>
  `The smallest set has ${n} images for ${dims} dims. With so few, distances read too high: compare only scores of ` +
  'equal numbers of images.';
const PARTLY_MADE_UP = '6ad2cac4e7059a75516304f7a1704a558ca219ab5c214b05367c7de6632f0bac';

/**
 * Finds the Inception weights. Only the demo on phantoms, without weights named, falls back to random ones: real images scored
 * with random weights would look like a FID.
 */
export async function openWeights(
  options: Options,
  onProgress: (progress: Progress) => void,
): Promise<{ weights: InceptionWeights; notes: string[] }> {
  try {
    const file = await findWeights({
      file: options.weights,
      onProgress: ({ received, total = received }) =>
        onProgress({ phase: 'fetching Inception weights', done: received, total, unit: 'bytes' }),
    });
    const weights = await loadWeights(file);
    const notes =
      weights.sha256 === PARTLY_MADE_UP && options.dims === 2048
        ? ['Two layers of these weights are not the genuine ones: at dims 2048 this is not a FID to quote.']
        : [];
    return { weights, notes };
  } catch (error) {
    const named = options.weights ?? (process.env.CXR_INCEPTION_WEIGHTS || undefined);
    const demo = options.data === undefined && named === undefined;
    if (demo && error instanceof CxrFileError && error.code === 'not-found') {
      return { weights: randomWeights(options.seed), notes: [RANDOM_NOTE] };
    }
    throw error;
  }
}

/** What the report says of the weights. */
export function weightsOrigin(weights: InceptionWeights): WeightsOrigin {
  return { file: weights.file ?? null, sha256: weights.sha256 ?? null, kind: weights.kind };
}

interface Activated {
  readonly rows: NdArray<Float32Array>;
  readonly seconds: number;
}

function rowsOf(all: NdArray<Float32Array>, indices: readonly number[]): NdArray<Float32Array> {
  const dims = all.shape[1]!;
  const out = new Float32Array(indices.length * dims);
  for (const [row, index] of indices.entries()) {
    out.set(all.data.subarray(index * dims, (index + 1) * dims), row * dims);
  }
  return ndarray(out, [indices.length, dims]);
}

/** Fakes as a set of images: drawn again each time it is read. */
export function fakeSet(generator: Parameters<typeof sample>[0], options: Options): CountedImages {
  const { samples: count, seed } = options;
  return {
    count,
    async *read(signal) {
      let index = 0;
      for await (const image of sample(generator, { count, seed, signal })) {
        yield { name: `sample ${index}`, image };
        index++;
      }
    },
  };
}

/** The scores of a run, with what a reader must know of them. */
export interface Scored
  extends Required<Pick<Metrics, 'score' | 'floor' | 'untrained' | 'matched'>>,
    Pick<Metrics, 'test' | 'compared' | 'lattice'> {
  /** The spectra of reals and fakes as a picture. */
  readonly svg: string | undefined;
  readonly notes: readonly string[];
}

/** Shared by all scores of a run: the engine, and the activations, computed on first use. */
export interface Scoring {
  readonly engine: InceptionEngine;
  /** Those of the training images. */
  reals(): Promise<Activated>;
  /** Those of the fakes of a step. The last step's are kept: they are scored while training and at the end. */
  fakes(step: number, set: CountedImages): Promise<Activated>;
  /** Those of any other set; `what` names it in the progress. */
  activate(what: string, set: CountedImages): Promise<Activated>;
}

/** Makes the engine. Nothing is computed before the first score. */
export async function openScoring(
  options: Options,
  reals: Reals,
  weights: InceptionWeights,
  backend: BackendName,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Scoring> {
  const engine = await createEngine(weights, {
    dims: options.dims as Dims,
    backend,
    threads: options.threads,
  });
  const activate: Scoring['activate'] = (what, set) =>
    activateSet(`activations of ${what}`, set, engine, onProgress, signal);
  let real: Promise<Activated> | undefined;
  let latest: { step: number; activated: Promise<Activated> } | undefined;
  return {
    engine,
    activate,
    reals: () => {
      real ??= activate('reals', reals.train);
      return real;
    },
    fakes: (step, set) => {
      if (latest?.step !== step) latest = { step, activated: activate(`fakes of step ${step}`, set) };
      return latest.activated;
    },
  };
}

/** Scores a generator during training as at the end: with as many fakes, from the same latents. */
export function scorerOf(scoring: Scoring, options: Options): Scorer {
  return async (generator, { step }) => {
    const real = await scoring.reals();
    const fake = await scoring.fakes(step, fakeSet(generator, options));
    return frechetDistance(Statistics.of(real.rows), Statistics.of(fake.rows));
  };
}

/**
 * Scores the fakes and, for comparison, the noise floor, the untrained generator and held-out reals if there are any, all with
 * the same weights, dims and resize.
 */
export async function runScoring(
  scoring: Scoring,
  options: Options,
  reals: Reals,
  fakes: CountedImages,
  step: number,
  weights: InceptionWeights,
): Promise<Scored> {
  const real = await scoring.reals();
  const fake = await scoring.fakes(step, fakes);
  const before = await activateUntrained(scoring, options);
  const test = reals.test && (await scoring.activate('held-out reals', reals.test));
  const [first, second] = splitHalves(firstIndices(real.rows.shape[0]!), createRng(options.seed));
  const whole = Statistics.of(real.rows);
  const half = Statistics.of(rowsOf(real.rows, first));
  const score = (a: Statistics, other: Activated, rows = other.rows): Score => {
    const features = real.seconds + (other === real ? 0 : other.seconds);
    const about = { dims: options.dims, resize: RESIZE, engine: scoring.engine.name };
    return { ...timedDistance(a, Statistics.of(rows), features), ...about, weights: weightsOrigin(weights) };
  };
  const n = Math.min(second.length, fakes.count);
  const matched = (other: Activated, indices = firstIndices(n)): Score =>
    score(half, other, rowsOf(other.rows, indices));
  const spectra = await compareSpectra(reals.train, fakes, options.size);
  const smallest = Math.min(first.length, fakes.count, reals.test?.count ?? Number.POSITIVE_INFINITY);
  return {
    score: score(whole, fake),
    floor: score(half, real, rowsOf(real.rows, second)),
    untrained: score(whole, before),
    test: test && score(whole, test),
    matched: {
      fakes: matched(fake),
      reals: matched(real, second.slice(0, n)),
      untrained: matched(before),
      test: test && reals.test!.count >= n ? matched(test) : undefined,
    },
    compared: await compareWithCeiling(scoring, options, reals, { real, fake, test }),
    lattice: spectra?.lattice,
    svg: spectra?.svg,
    notes: smallest <= options.dims ? [FEW_NOTE(smallest, options.dims)] : [],
  };
}

/** Every metric of the fakes, and of held-out images at their size. */
async function compareWithCeiling(
  scoring: Scoring,
  { data, size, seed }: Options,
  { test: heldOut }: Reals,
  { real, fake, test }: { real: Activated; fake: Activated; test: Activated | undefined },
): Promise<Metrics['compared']> {
  const fakes = compareRows(real.rows, fake.rows, seed);
  if (!fakes || !heldOut || !test) return fakes && { fakes };
  // Phantoms are drawn at that size.
  const small =
    data === undefined
      ? test
      : await scoring.activate('held-out reals at the fakes’ size', atSize(heldOut, size));
  return { fakes, ceiling: compareRows(real.rows, small.rows, seed) };
}

const firstIndices = (count: number): number[] => [...Array(count).keys()];

/** Fakes of the generator as it was before its first step. */
async function activateUntrained(scoring: Scoring, options: Options): Promise<Activated> {
  const untrained = createGenerator(resolveConfig(trainSettings(options)));
  try {
    return await scoring.activate('untrained fakes', fakeSet(untrained, options));
  } finally {
    untrained.dispose();
  }
}

function timedDistance(
  a: Statistics,
  b: Statistics,
  features: number,
): Pick<Score, 'fid' | 'n1' | 'n2' | 'seconds'> {
  const began = performance.now();
  const fid = frechetDistance(a, b);
  const distance = (performance.now() - began) / 1000;
  return { fid, n1: a.count!, n2: b.count!, seconds: { features, distance, total: features + distance } };
}

async function activateSet(
  phase: string,
  set: CountedImages,
  engine: InceptionEngine,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Activated> {
  const began = performance.now();
  const total = set.count;
  onProgress({ phase, done: 0, total, unit: 'images' });
  const rows = await activations(set.read(signal), engine, {
    resize: RESIZE,
    total,
    signal,
    onProgress: ({ done }) => onProgress({ phase, done, total, unit: 'images' }),
  });
  return { rows, seconds: (performance.now() - began) / 1000 };
}
