import { fitImage } from '@cxr/image';
import { armOf, classWeights } from './arms.js';
import { convnetOf, predictConvnet, trainConvnet } from './classifiers/convnet.js';
import { predictLogistic, type Rows } from './classifiers/logistic-regression.js';
import { fitProbe } from './classifiers/probe.js';
import { type TrainingImages, trainingBatches } from './classifiers/training-batches.js';
import type { StudyData } from './data/open-data.js';
import { greyImage, type PixelStore } from './data/pixels.js';
import { countClasses, type StudyItem } from './data/study-item.js';
import { probeImages, realImage } from './keyed-images.js';
import { type Unit, unitName } from './plan.js';
import { bestThreshold, classificationMetrics, type Predictions } from './statistics/classification.js';
import type { Fakes, TrainedStudy } from './study-types.js';
import type { UnitRecord } from './unit-store.js';
import { COSTS, type Workload } from './workload.js';

export async function trainNetwork(
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
    onStep: (step) =>
      workload.add(COSTS.convnetStep(size), `${unitName(unit)}, step ${step} of ${options.steps}`),
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

export async function trainProbe(
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

function rowsOf({ data, shape }: { data: Float32Array; shape: number[] }): {
  data: Float32Array;
  dims: number;
} {
  return { data, dims: shape[1]! };
}
