import { setImmediate } from 'node:timers/promises';
import { toBatch } from '@cxr/data';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { greyImage } from '../data/pixels.js';
import { aucOf, type Predictions } from '../statistics/classification.js';
import type { LabelledBatch, TrainingImages } from './training-batches.js';

/** Features of the last convolution; each before it has half as many. */
const FEATURES = 128;
/** Images predicted at a time. */
const PREDICTED = 64;

/**
 * A small convolutional network for grey images: convolutions of stride 2, each with batch norm and relu, down to 4 × 4 places and 128
 * features, then the mean over places and one dense layer to logits. At 64 pixels that is four convolutions of 16 to 128 features, at 128
 * pixels five from 8 on, the first of them 5 × 5: about 98,000 weights.
 * @param size a power of two from 16 on.
 * @param seed of the weights, a whole number from 0 on.
 * @throws RangeError for another size.
 */
export function createConvnet(size: number, classes: number, seed: number): tfl.LayersModel {
  const depth = Math.log2(size) - 2;
  if (!(Number.isInteger(depth) && depth >= 2))
    throw new RangeError(`invalid size: ${size} (32, 64, 128, …)`);
  const input = tfl.input({ shape: [size, size, 1] });
  let x = input as tfl.SymbolicTensor;
  for (let i = 0; i < depth; i++) {
    const conv = tfl.layers.conv2d({
      filters: Math.max(4, FEATURES / 2 ** (depth - 1 - i)),
      kernelSize: i === 0 && size > 64 ? 5 : 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      kernelInitializer: tfl.initializers.heNormal({ seed: weightSeed(seed, i) }),
    });
    x = conv.apply(x) as tfl.SymbolicTensor;
    x = tfl.layers.batchNormalization({ momentum: 0.9 }).apply(x) as tfl.SymbolicTensor;
    x = tfl.layers.reLU().apply(x) as tfl.SymbolicTensor;
  }
  x = tfl.layers.globalAveragePooling2d({}).apply(x) as tfl.SymbolicTensor;
  const dense = tfl.layers.dense({
    units: classes,
    kernelInitializer: tfl.initializers.glorotNormal({ seed: weightSeed(seed, depth) }),
  });
  return tfl.model({ inputs: input, outputs: dense.apply(x) as tfl.SymbolicTensor });
}

/** TensorFlow.js takes a seed of 0 for none, and then draws other numbers each time. */
function weightSeed(seed: number, layer: number): number {
  return 1 + seed * 100 + layer;
}

/** Options of `trainConvnet`. */
export interface ConvnetOptions {
  readonly size: number;
  readonly classes: number;
  /** Of two classes, the one that is looked for. */
  readonly positive: number;
  /** Of the first weights. */
  readonly seed: number;
  /** The same in every arm. */
  readonly steps: number;
  /** Adam's; falls to 0 by a half cosine. */
  readonly learningRate: number;
  /** The batch of each step, from 0 on. */
  readonly batch: (step: number) => LabelledBatch;
  /** The weight of each class in the loss. */
  readonly classWeights: readonly number[];
  /** Looked at every `evaluateEvery` steps; the weights with the best AUC there are kept. */
  readonly validation: TrainingImages;
  readonly evaluateEvery: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: number) => void) | undefined;
}

/** A trained network. */
export interface TrainedConvnet {
  /** All weights of the best step, by place. */
  readonly weights: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[];
  readonly bestStep: number;
  /** AUC and loss on the validation images, and the mean loss on the batches before. */
  readonly curve: readonly {
    step: number;
    validationAuc: number;
    validationLoss: number;
    trainLoss: number;
  }[];
}

/**
 * Trains a network from scratch for a fixed number of steps, and keeps the weights that were best on the validation images (by AUC;
 * of equal ones those with the smaller loss).
 * @throws the signal's reason when aborted.
 */
export async function trainConvnet(options: ConvnetOptions): Promise<TrainedConvnet> {
  const { size, classes, seed, steps, evaluateEvery, validation, signal } = options;
  const model = createConvnet(size, classes, seed);
  const optimizer = tf.train.adam(options.learningRate);
  const curve: TrainedConvnet['curve'][number][] = [];
  let best: TrainedConvnet['weights'] = [];
  let bestAt = -1;
  let losses: number[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      // A backend that computes at once never waits: without a turn for signals, Ctrl-C would be seen at the end alone.
      await setImmediate();
      signal?.throwIfAborted();
      setRate(optimizer, (options.learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2);
      losses.push(await trainStep(model, optimizer, options, step));
      options.onStep?.(step + 1);
      if ((step + 1) % evaluateEvery !== 0 && step + 1 !== steps) continue;
      const predictions = await predictConvnet(model, validation, classes);
      const line = {
        step: step + 1,
        validationAuc: aucOf(predictions, { positive: options.positive }),
        validationLoss: meanLoss(predictions),
        trainLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      };
      losses = [];
      curve.push(line);
      if (bestAt < 0 || isBetter(line, curve[bestAt]!)) {
        bestAt = curve.length - 1;
        best = await readWeights(model);
      }
    }
    return { weights: best, bestStep: curve[bestAt]!.step, curve };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

type Scores = Pick<TrainedConvnet['curve'][number], 'validationAuc' | 'validationLoss'>;

function isBetter(a: Scores, b: Scores): boolean {
  return (
    a.validationAuc > b.validationAuc ||
    (a.validationAuc === b.validationAuc && a.validationLoss < b.validationLoss)
  );
}

function setRate(optimizer: tf.AdamOptimizer, rate: number): void {
  // The types call it protected; its value is read at each step.
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

async function trainStep(
  model: tfl.LayersModel,
  optimizer: tf.AdamOptimizer,
  { size, classes, batch, classWeights }: ConvnetOptions,
  step: number,
): Promise<number> {
  const { data, labels } = batch(step);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = tf.tidy(() => {
    const x = tf.tensor4d(data, [labels.length, size, size, 1]);
    const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
    const weights = tf.tensor1d(labels.map((label) => classWeights[label]!));
    const { value, grads } = tf.variableGrads(() => {
      const logits = model.apply(x, { training: true }) as tf.Tensor2D;
      const each = tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), 1));
      return tf.mean(tf.mul(each, weights)) as tf.Scalar;
    }, variables);
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    return value;
  });
  const [value] = await loss.data();
  loss.dispose();
  return value!;
}

/** The network with given weights, to predict with; dispose it after use. */
export function convnetOf(
  size: number,
  classes: number,
  weights: TrainedConvnet['weights'],
): tfl.LayersModel {
  const model = createConvnet(size, classes, 0);
  tf.tidy(() => model.setWeights(weights.map(({ data, shape }) => tf.tensor(data, [...shape]))));
  return model;
}

/** What a network says of images; nothing in it changes. */
export async function predictConvnet(
  model: tfl.LayersModel,
  { images, labels, size }: TrainingImages,
  classes: number,
): Promise<Predictions> {
  const probabilities = new Float64Array(images.length * classes);
  for (let first = 0; first < images.length; first += PREDICTED) {
    const some = images.slice(first, first + PREDICTED);
    const { data } = toBatch(some.map((values) => greyImage(values, size)));
    const logits = tf.tidy(
      () => model.apply(tf.tensor4d(data, [some.length, size, size, 1]), { training: false }) as tf.Tensor2D,
    );
    const values = await logits.data();
    logits.dispose();
    for (let i = 0; i < some.length; i++) {
      const row = Float64Array.from(values.subarray(i * classes, (i + 1) * classes));
      const top = row.reduce((a, b) => Math.max(a, b));
      const shares = row.map((z) => Math.exp(z - top));
      const sum = shares.reduce((a, b) => a + b, 0);
      probabilities.set(
        shares.map((share) => share / sum),
        (first + i) * classes,
      );
    }
  }
  return { probabilities, labels: Int32Array.from(labels), classes };
}

async function readWeights(model: tfl.LayersModel): Promise<TrainedConvnet['weights']> {
  return Promise.all(
    model.getWeights().map(async (tensor) => ({
      shape: tensor.shape,
      // A copy: the tensor's own memory changes with the next step.
      data: Float32Array.from(await tensor.data<'float32'>()),
    })),
  );
}

function meanLoss({ probabilities, labels, classes }: Predictions): number {
  const losses = Array.from(
    labels,
    (label, i) => -Math.log(Math.max(1e-12, probabilities[i * classes + label]!)),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
