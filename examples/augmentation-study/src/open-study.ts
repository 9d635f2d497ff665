import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { checkUsage, UsageError } from '@cxr/cli';
import { keepSettings } from '@cxr/data/node';
import { type Dims, type InceptionWeights, randomWeights } from '@cxr/fid';
import { createEngine, findWeights, loadWeights } from '@cxr/fid/node';
import { CxrFileError } from '@cxr/image';
import { openData, type StudyData } from './data/open-data.js';
import { drawPhantoms } from './data/phantom-data.js';
import { type Subset, scarceSizes, scarceSubset } from './data/scarce-subset.js';
import { countClasses } from './data/study-item.js';
import { openFeatures } from './features.js';
import { generatorsByClass, hashesOf } from './generators/choose-generators.js';
import { checkWeights, type GivenGenerator, readGivenGenerators } from './generators/given-generators.js';
import { subsetFakes } from './generators/subset-fakes.js';
import type { Options } from './options.js';
import { convnetSize, planUnits, probeDims } from './plan.js';
import type { Inception, StudyHooks, TrainedStudy } from './study-types.js';
import { UnitStore } from './unit-store.js';

/** Length of the activations by which added images are scored, where no probe says otherwise. */
const DIMS = 768;

export async function openStudy(given: Options, hooks: StudyHooks): Promise<TrainedStudy> {
  const { onProgress, onMessage, signal } = hooks;
  const generators = await readGivenGenerators(given.generator);
  const located = given.quick ? { ...given, ...(await drawPhantoms(join(given.out, 'phantoms'))) } : given;
  const data = await openData(
    { ...located, data: located.data! },
    {
      signal,
      onProgress: ({ done, total }) => onProgress({ phase: 'reading images', done, total, unit: 'images' }),
    },
  );
  for (const warning of data.warnings) onMessage(`warning: ${warning}`);
  const counts = countClasses(data.train, data.classes.length);
  const equal = Math.max(...counts) < 1.2 * Math.min(...counts);
  const { sizes, leftOut, smallest } = scarceSizes(data.train, {
    classes: data.classes.length,
    normals: located.normals,
  });
  if (leftOut.length > 0) {
    const many = `--normals ${leftOut.join(',')}: the smallest class has ${smallest} images to train on`;
    if (sizes.length === 0) throw new UsageError(`${many}; take fewer, or all`);
    onMessage(`${many}: left out, as no more than all`);
  }
  const options = {
    ...located,
    normals: sizes,
    fill: located.fill > 0 ? located.fill : equal && located.ratio === undefined ? 2 : 1,
  };
  const subsets = new Map<string, Subset>();
  const subsetOf: TrainedStudy['subsetOf'] = (normals, subset) => {
    const key = `${normals}-${subset}`;
    const known =
      subsets.get(key) ??
      scarceSubset(data.train, { classes: data.classes.length, normals, ratio: options.ratio, subset });
    subsets.set(key, known);
    return known;
  };
  checkUsage(() => options.normals.map((normals) => subsetOf(normals, 0)));
  const byClass = generatorsByClass({ options, data, subsetOf }, generators);
  await checkSame(options, data, generators);
  const { inception, reason } = await openInception(options, hooks);
  if (reason !== undefined) onMessage(reason);
  const backend = await useBackend(options.backend, { threads: options.threads });
  onMessage(`backend ${backend.name}`);
  checkWeights(generators);
  const classifiers = options.classifiers.filter((name) => inception || convnetSize(name) !== undefined);
  if (classifiers.length === 0) throw new UsageError(`nothing to train: ${reason}`);
  const study: TrainedStudy = {
    options,
    out: options.out,
    data,
    backend: backend.name,
    units: planUnits({ ...options, classifiers }),
    store: new UnitStore(join(options.out, 'units')),
    inception,
    inceptionReason: reason,
    given: byClass,
    subsetOf,
    fakesOf: (normals, subset) => subsetFakes(study, normals, subset, signal),
  };
  return study;
}

/** What may not change while a study goes on; sizes, seeds and arms may grow. */
async function checkSame(
  options: Options,
  data: StudyData,
  generators: readonly GivenGenerator[],
): Promise<void> {
  const { steps, batchSize, learningRate, copies, fill } = options;
  const { ganSteps, ganSize, ganWidth, ganGrowSteps, subsets, seeds } = options;
  const fixed = {
    ...{ steps, batchSize, learningRate, copies, fill, ratio: options.ratio ?? null },
    ...{ ganSteps, ganSize, ganWidth, ganGrowSteps },
    // One subset a seed is the same for any number of seeds.
    subsets: subsets === seeds ? 'one a seed' : subsets,
    classes: data.classes,
    positive: data.positive,
    data: data.digest,
    generators: hashesOf(generators),
  };
  await keepSettings(join(options.out, 'settings.json'), fixed);
}

async function openInception(
  options: Options,
  { onProgress, weights: given }: StudyHooks,
): Promise<{ inception?: Inception | undefined; reason?: string | undefined }> {
  const without = (why: string) => ({
    reason: `no Inception weights, so the probe and the scores of the added images are left out: ${why}`,
  });
  if (given === null) return without('none were given');
  const named = options.weights ?? (process.env.CXR_INCEPTION_WEIGHTS || undefined);
  try {
    const weights =
      given ??
      // The trial on phantoms fetches nothing.
      (options.quick && named === undefined ? randomWeights(1) : undefined) ??
      (await loadWeights(
        await findWeights({
          file: options.weights,
          onProgress: ({ received, total = received }) =>
            onProgress({ phase: 'fetching Inception weights', done: received, total, unit: 'bytes' }),
        }),
      ));
    const backend = options.backend;
    const hash = weights.sha256 ?? hashOf(weights);
    const probe = options.classifiers.map(probeDims).find((one) => one !== undefined);
    // Networks need no Inception: a study of theirs may go on with any.
    if (probe !== undefined) await keepSettings(join(options.out, 'inception.json'), { weights: hash });
    const dims = (probe ?? DIMS) as Dims;
    const engine = await createEngine(weights, { dims, backend, threads: options.threads });
    const folder = join(options.out, 'activations', `${hash.slice(0, 12)}-${dims}`);
    return { inception: { engine, weights, dims, features: await openFeatures(folder, engine, dims) } };
  } catch (error) {
    if (named === undefined && error instanceof CxrFileError && error.code === 'not-found')
      return without(error.reason);
    throw error;
  }
}

/** Of weights that come from no file: other seeds of `randomWeights` differ in the first tensor already. */
function hashOf({ kind, tensors }: InceptionWeights): string {
  const [first] = tensors.values();
  return `${kind}-${createHash('sha256')
    .update(new Uint8Array(Float32Array.from(first!.data).buffer))
    .digest('hex')}`;
}
