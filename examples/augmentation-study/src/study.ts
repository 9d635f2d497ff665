import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { augment, chestXray } from '@cxr/augment';
import { type BackendName, type BackendRequest, useBackend } from '@cxr/backend';
import { checkUsage, type Progress, UsageError } from '@cxr/cli';
import { readImage, withFolderLock, writeFileAtomic } from '@cxr/data/node';
import { type Dims, type InceptionEngine, type InceptionWeights, randomWeights } from '@cxr/fid';
import { createEngine, findWeights, loadWeights } from '@cxr/fid/node';
import { CxrFileError, fitImage } from '@cxr/image';
import { armOf, classWeights, fakesWanted } from './arms.js';
import { convnetOf, predictConvnet, trainConvnet } from './classifiers/convnet.js';
import { predictLogistic, type Rows } from './classifiers/logistic-regression.js';
import { fitProbe } from './classifiers/probe.js';
import { type TrainingImages, trainingBatches } from './classifiers/training-batches.js';
import { openData, type StudyData } from './data/open-data.js';
import { drawPhantoms } from './data/phantom-data.js';
import { type PixelStore, readPixels } from './data/pixels.js';
import { type Scarcity, type Subset, scarceSubset } from './data/scarce-subset.js';
import { countClasses, type StudyItem } from './data/study-item.js';
import { type FeatureStore, type KeyedImage, openFeatures } from './features.js';
import { type Generated, generatedImages, greyImage, isGenerated } from './generators/train-generator.js';
import type { Options } from './options.js';
import { convnetSize, planUnits, probeDims, type Unit, unitName } from './plan.js';
import { bestThreshold, classificationMetrics, type Predictions } from './statistics/classification.js';
import { type UnitRecord, UnitStore } from './unit-store.js';
import { COSTS, startWorkload, type Workload } from './workload.js';

/** What a study reports while it goes on, and how to stop it. */
export interface StudyHooks {
  readonly onProgress: (progress: Progress) => void;
  readonly onMessage: (line: string) => void;
  /** Aborting it ends the study soon; the same command goes on from there. */
  readonly signal: AbortSignal;
  /** Inception weights; null: none. @default found or downloaded as `findWeights` of @cxr/fid does */
  readonly weights?: InceptionWeights | null | undefined;
}

/** The Inception network of a study, with all activations so far. */
interface Inception {
  readonly engine: InceptionEngine;
  readonly weights: InceptionWeights;
  /** Length of its activations. */
  readonly dims: number;
  readonly features: FeatureStore;
}

/** A study after training, before its test split is opened. */
export interface TrainedStudy {
  readonly options: Options;
  readonly out: string;
  readonly data: StudyData;
  readonly backend: BackendName;
  readonly units: readonly Unit[];
  readonly store: UnitStore;
  /** Undefined without weights; `inceptionReason` then says why. */
  readonly inception: Inception | undefined;
  readonly inceptionReason: string | undefined;
  subsetOf(normals: Scarcity, subset: number): Subset;
  /** The images that the arms with fakes add in one subset, by class. */
  fakesOf(normals: Scarcity, subset: number): Promise<Fakes>;
}

/** Generated images of each class: none where a class is large enough. */
type Fakes = readonly (Generated | undefined)[];

/** Length of the activations by which added images are scored, where no probe says otherwise. */
const DIMS = 768;

/** Runs a function with everything trained, in the study's locked folder; frees the Inception network after it. */
export async function withTrainedStudy<T>(
  options: Options,
  hooks: StudyHooks,
  work: (study: TrainedStudy) => Promise<T>,
): Promise<T> {
  return withFolderLock(options.out, async () => {
    const study = await openStudy(options, hooks);
    try {
      await trainAll(study, hooks);
      return await work(study);
    } finally {
      study.inception?.engine.dispose();
    }
  });
}

async function openStudy(given: Options, hooks: StudyHooks): Promise<TrainedStudy> {
  const { onProgress, onMessage, signal } = hooks;
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
  const options = {
    ...located,
    fill: located.fill > 0 ? located.fill : equal && located.ratio === undefined ? 2 : 1,
  };
  await checkSame(options, data);
  const { inception, reason } = await openInception(options, hooks);
  if (reason !== undefined) onMessage(reason);
  const backend = await useBackend(options.backend as BackendRequest, { threads: options.threads });
  onMessage(`backend ${backend.name}`);
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
    subsetOf,
    fakesOf: (normals, subset) => fakesOf(study, normals, subset, signal),
  };
  return study;
}

/** What may not change while a study goes on; sizes, seeds and arms may grow. */
async function checkSame(options: Options, data: StudyData): Promise<void> {
  const { steps, batchSize, learningRate, copies, fill, ratio, ganSteps, ganSize, ganWidth, ganGrowSteps } =
    options;
  const { subsets, seeds } = options;
  const fixed = {
    ...{
      steps,
      batchSize,
      learningRate,
      copies,
      fill,
      ratio: ratio ?? null,
      ganSteps,
      ganSize,
      ganWidth,
      ganGrowSteps,
    },
    // One subset a seed is the same for any number of seeds.
    subsets: subsets === seeds ? 'one a seed' : subsets,
    classes: data.classes,
    positive: data.positive,
    data: data.digest,
  };
  const file = join(options.out, 'settings.json');
  if (existsSync(file)) {
    const before = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    for (const [name, value] of Object.entries(fixed)) {
      if (JSON.stringify(before[name]) === JSON.stringify(value)) continue;
      throw new UsageError(
        `${options.out} holds a study with other settings: ${name} was ${JSON.stringify(before[name])}, now ${JSON.stringify(value)}; choose another --out`,
      );
    }
  }
  await writeFileAtomic(file, `${JSON.stringify(fixed, null, 2)}\n`);
}

async function openInception(
  options: Options,
  { onProgress, weights: given }: StudyHooks,
): Promise<{ inception?: Inception | undefined; reason?: string | undefined }> {
  const without = (why: string) => ({
    reason: `no Inception weights, so the probe and the scores of the added images are left out: ${why}`,
  });
  if (given === null) return without('none were given');
  try {
    const named = options.weights ?? (process.env.CXR_INCEPTION_WEIGHTS || undefined);
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
    const backend = options.backend as BackendRequest;
    const dims = (options.classifiers.map(probeDims).find((one) => one !== undefined) ?? DIMS) as Dims;
    const engine = await createEngine(weights, { dims, backend, threads: options.threads });
    const folder = join(
      options.out,
      'activations',
      `${(weights.sha256 ?? weights.kind).slice(0, 12)}-${dims}`,
    );
    return { inception: { engine, weights, dims, features: await openFeatures(folder, engine, dims) } };
  } catch (error) {
    const named = options.weights ?? (process.env.CXR_INCEPTION_WEIGHTS || undefined);
    if (named === undefined && error instanceof CxrFileError && error.code === 'not-found')
      return without(error.reason);
    throw error;
  }
}

const generatorFolder = (study: TrainedStudy, normals: Scarcity, subset: number, label: number): string =>
  join(
    study.out,
    'generators',
    `${normals}-subset${subset}-${study.data.classes[label]!.replace(/[^\w.-]/g, '_')}`,
  );

const needsFakes = (arms: readonly string[]): boolean => arms.some((name) => armOf(name).fakes);

async function trainAll(study: TrainedStudy, hooks: StudyHooks): Promise<void> {
  const { signal, onProgress } = hooks;
  const open = study.units.filter((unit) => !study.store.has(unit));
  if (open.length === 0) return;
  const workload = startWorkload(totalCost(study, open), onProgress);
  const pixels = await openPixels(study, open, hooks);
  for (const unit of open) {
    signal.throwIfAborted();
    const fakes = armOf(unit.arm).fakes
      ? await fakesOf(study, unit.normals, unit.subset, signal, workload, pixels)
      : [];
    const size = convnetSize(unit.classifier);
    if (size === undefined) await trainProbe(study, unit, fakes, workload, signal);
    else await trainNetwork(study, unit, fakes, pixels.get(size)!, workload, signal);
  }
}

function totalCost(study: TrainedStudy, open: readonly Unit[]): number {
  const { options, data } = study;
  const seen = new Set<string>();
  let total = 0;
  for (const unit of open) {
    const { train } = study.subsetOf(unit.normals, unit.subset);
    if (armOf(unit.arm).fakes) {
      const wanted = fakesWanted(countClasses(train, data.classes.length), options.fill);
      for (const [label, count] of wanted.entries()) {
        const folder = generatorFolder(study, unit.normals, unit.subset, label);
        if (count === 0 || seen.has(folder) || isGenerated(folder)) continue;
        seen.add(folder);
        total += COSTS.ganStep * (options.ganSteps + options.ganGrowSteps);
      }
    }
    total += convnetSize(unit.classifier) === undefined ? COSTS.probe : COSTS.convnetStep * options.steps;
  }
  const probes = open.filter(({ classifier }) => convnetSize(classifier) === undefined);
  const keys = new Set(probes.flatMap((unit) => [...keysOf(study, unit)]));
  return total + COSTS.activation * (study.inception?.features.missing([...keys]) ?? 0);
}

/** The keys of the activations that a probe needs. */
function* keysOf(study: TrainedStudy, unit: Unit): Generator<string> {
  const { train, validation } = study.subsetOf(unit.normals, unit.subset);
  const { classic, fakes } = armOf(unit.arm);
  for (const item of [...train, ...validation]) yield item.file;
  const copies = classic ? study.options.copies : 0;
  for (const item of train) for (let copy = 1; copy <= copies; copy++) yield copyKey(item, copy);
  if (!fakes) return;
  const wanted = fakesWanted(countClasses(train, study.data.classes.length), study.options.fill);
  for (const [label, count] of wanted.entries()) {
    const name = generatorFolder(study, unit.normals, unit.subset, label);
    for (let i = 0; i < count; i++) {
      for (let copy = 0; copy <= copies; copy++) yield fakeKey(name, i, copy);
    }
  }
}

const copyKey = ({ file }: StudyItem, copy: number): string => `${file} copy ${copy}`;
const fakeKey = (folder: string, index: number, copy: number): string =>
  `${folder.split(/[\\/]/).at(-1)} fake ${index}${copy === 0 ? '' : ` copy ${copy}`}`;

async function openPixels(
  study: TrainedStudy,
  open: readonly Unit[],
  { signal, onProgress }: StudyHooks,
): Promise<Map<number, PixelStore>> {
  const sizes = new Set(open.flatMap(({ classifier }) => convnetSize(classifier) ?? []));
  if (needsFakes(open.map(({ arm }) => arm))) sizes.add(study.options.ganSize);
  const pairs = new Map(open.map((unit) => [`${unit.normals}-${unit.subset}`, unit]));
  const items = [...pairs.values()].flatMap((unit) => {
    const { train, validation } = study.subsetOf(unit.normals, unit.subset);
    return [...train, ...validation];
  });
  const stores = new Map<number, PixelStore>();
  for (const size of sizes) {
    const phase = `reading at ${size} pixels`;
    const progress = ({ done, total }: { done: number; total: number }) =>
      onProgress({ phase, done, total, unit: 'images' });
    stores.set(size, await readPixels(items, size, { signal, onProgress: progress }));
  }
  return stores;
}

async function fakesOf(
  study: TrainedStudy,
  normals: Scarcity,
  subset: number,
  signal: AbortSignal,
  workload?: Workload,
  pixels?: Map<number, PixelStore>,
): Promise<Fakes> {
  const { options, data } = study;
  const { train } = study.subsetOf(normals, subset);
  const wanted = fakesWanted(countClasses(train, data.classes.length), options.fill);
  const made: (Generated | undefined)[] = [];
  for (const [label, count] of wanted.entries()) {
    if (count === 0) {
      made.push(undefined);
      continue;
    }
    const own = train.filter((item) => item.label === label);
    const what = `generator of ${count} ${data.classes[label]}, ${normals} images, subset ${subset}`;
    let step = 0;
    made.push(
      await generatedImages({
        folder: generatorFolder(study, normals, subset, label),
        images: pixels
          ? own.map(({ file }) => greyImage(pixels.get(options.ganSize)!.of(file), options.ganSize))
          : [],
        size: options.ganSize,
        width: options.ganWidth,
        steps: options.ganSteps,
        growSteps: options.ganGrowSteps,
        seed: 1 + subset,
        count,
        signal,
        onStep: (now, total) => {
          // A resumed generator counts its earlier steps as done.
          workload?.add(COSTS.ganStep * (now - step), `${what}, step ${now} of ${total}`);
          step = now;
        },
      }),
    );
  }
  return made;
}

async function trainNetwork(
  study: TrainedStudy,
  unit: Unit,
  fakes: Fakes,
  pixels: PixelStore,
  workload: Workload,
  signal: AbortSignal,
): Promise<void> {
  const { options, data } = study;
  const began = performance.now();
  const { size } = pixels;
  const classes = data.classes.length;
  const { classic, reweight } = armOf(unit.arm);
  const { train, validation } = study.subsetOf(unit.normals, unit.subset);
  const real = trainingImages(train, pixels);
  const added = fakes.flatMap((set, label) =>
    (set?.images ?? []).map((values) => ({ values: resized(values, set!.size, size), label })),
  );
  const set: TrainingImages = {
    size,
    images: [...real.images, ...added.map(({ values }) => values)],
    labels: [...real.labels, ...added.map(({ label }) => label)],
  };
  const counts = countClasses(train, classes);
  const held = trainingImages(validation, pixels);
  const trained = await trainConvnet({
    size,
    classes,
    positive: data.positive,
    seed: unit.seed,
    steps: options.steps,
    learningRate: options.learningRate,
    batch: trainingBatches(set, { batchSize: options.batchSize, seed: unit.seed, classic }),
    classWeights: classWeights(counts, reweight),
    validation: held,
    evaluateEvery: Math.max(1, Math.round(options.steps / 16)),
    signal,
    onStep: (step) => workload.add(COSTS.convnetStep, `${unitName(unit)}, step ${step} of ${options.steps}`),
  });
  const model = convnetOf(size, classes, trained.weights);
  const predictions = await predictConvnet(model, held, classes);
  model.dispose();
  const record: UnitRecord = {
    ...unit,
    trained: counts,
    added: countClasses(added, classes),
    ...choicesOn(predictions, data),
    chosen: trained.bestStep,
    curve: trained.curve,
    seconds: (performance.now() - began) / 1000,
  };
  await study.store.save(record, { kind: 'convnet', weights: trained.weights });
}

/** The threshold, and what it gives, on the validation images. */
function choicesOn(
  predictions: Predictions,
  { positive }: StudyData,
): Pick<UnitRecord, 'threshold' | 'validation'> {
  const threshold = predictions.classes === 2 ? bestThreshold(predictions, positive) : 0.5;
  return { threshold, validation: classificationMetrics(predictions, { positive, threshold }) };
}

function trainingImages(items: readonly StudyItem[], pixels: PixelStore): TrainingImages {
  return {
    size: pixels.size,
    images: items.map(({ file }) => pixels.of(file)),
    labels: items.map(({ label }) => label),
  };
}

function resized(values: Uint8Array, from: number, to: number): Uint8Array {
  return from === to ? values : Uint8Array.from(fitImage(greyImage(values, from), { size: to }).data);
}

async function trainProbe(
  study: TrainedStudy,
  unit: Unit,
  fakes: Fakes,
  workload: Workload,
  signal: AbortSignal,
): Promise<void> {
  const { data } = study;
  const { features } = study.inception!;
  const began = performance.now();
  const classes = data.classes.length;
  const { reweight } = armOf(unit.arm);
  const { train, validation } = study.subsetOf(unit.normals, unit.subset);
  const counts = countClasses(train, classes);
  const images = probeImages(study, unit, fakes);
  const onImage = () => workload.add(COSTS.activation, `activations for ${unitName(unit)}`);
  const load = { signal, onImage };
  const held = {
    ...rowsOf(await features.rows(validation.map(realImage), load)),
    labels: validation.map(({ label }) => label),
  };
  const weights = classWeights(counts, reweight);
  const rows: Rows = {
    ...rowsOf(
      await features.rows(
        images.map(({ image }) => image),
        load,
      ),
    ),
    labels: images.map(({ label }) => label),
    weights: images.map(({ label }) => weights[label]!),
  };
  const probe = fitProbe(rows, held, classes, data.positive);
  const predictions = {
    probabilities: predictLogistic(probe.model, held.data),
    labels: Int32Array.from(held.labels),
    classes,
  };
  await study.store.save(
    {
      ...unit,
      trained: counts,
      added: countClasses(images.slice(train.length), classes),
      ...choicesOn(predictions, data),
      chosen: probe.penalty,
      curve: probe.curve.map((line) => ({ ...line })),
      seconds: (performance.now() - began) / 1000,
    },
    { kind: 'probe', model: probe.model },
  );
  workload.add(COSTS.probe, unitName(unit));
}

function rowsOf({ data, shape }: { data: Float32Array; shape: number[] }): {
  data: Float32Array;
  dims: number;
} {
  return { data, dims: shape[1]! };
}

/** A real image as the store of activations takes it. */
export const realImage = ({ file }: Pick<StudyItem, 'file'>): KeyedImage => ({
  key: file,
  load: () => readImage(file),
});

/** The rows of a probe: the training images, then what the arm adds: augmented copies, fakes, augmented copies of fakes. */
function probeImages(study: TrainedStudy, unit: Unit, fakes: Fakes): { image: KeyedImage; label: number }[] {
  const { train } = study.subsetOf(unit.normals, unit.subset);
  const copies = armOf(unit.arm).classic ? study.options.copies : 0;
  return [
    ...train.map((item) => ({ image: realImage(item), label: item.label })),
    ...train.flatMap((item) =>
      Array.from({ length: copies }, (_, i) => ({ image: copyImage(item, i + 1), label: item.label })),
    ),
    ...fakes.flatMap((set, label) =>
      (set?.images ?? []).flatMap((values, index) => {
        const name = generatorFolder(study, unit.normals, unit.subset, label);
        return Array.from({ length: copies + 1 }, (_, copy) => ({
          image: fakeImage(name, greyImage(values, set!.size), index, copy),
          label,
        }));
      }),
    ),
  ];
}

/** A training image changed by `chestXray`: the copy of the same number is the same in every subset. */
export function copyImage(item: Pick<StudyItem, 'file'> & StudyItem, copy: number): KeyedImage {
  return {
    key: copyKey(item, copy),
    load: async () => {
      const read = await readImage(item.file);
      return augment(chestXray(), { image: read }, { seed: copy, epoch: 0, index: nameNumber(item.file) })
        .image;
    },
  };
}

/** A fake, or its augmented copy of a number above 0. */
function fakeImage(
  folder: string,
  fake: ReturnType<typeof greyImage>,
  index: number,
  copy: number,
): KeyedImage {
  return {
    key: fakeKey(folder, index, copy),
    load: () =>
      copy === 0 ? fake : augment(chestXray(), { image: fake }, { seed: copy, epoch: 1, index }).image,
  };
}

/** The fakes of one class as the store of activations takes them. */
export function fakeImages(
  study: TrainedStudy,
  normals: Scarcity,
  subset: number,
  label: number,
  set: Generated,
): KeyedImage[] {
  const name = generatorFolder(study, normals, subset, label);
  return set.images.map((values, index) => fakeImage(name, greyImage(values, set.size), index, 0));
}

/** A number that follows from a file's name, for its augmentation. */
function nameNumber(file: string): number {
  const name = file.split(/[\\/]/).at(-1)!;
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) ^ name.charCodeAt(i)) >>> 0;
  return hash;
}
