import { takeBatch } from '@cxr/data';
import { CxrFileError } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { resolveConfig, type TrainConfig } from '../config.js';
import { setDropoutRandom } from '../layers/dropout.js';
import { iterateSpectral } from '../layers/spectral.js';
import { createDiscriminator } from '../networks/create-discriminator.js';
import { createGenerator } from '../networks/create-generator.js';
import { oneHot } from '../networks/one-hot.js';
import { reconstructionLoss } from '../networks/reconstruction.js';
import { trainableVariables, updateEma } from '../networks/weights.js';
import { keyedRng, normals } from '../random.js';
import { Adam } from './adam.js';
import { adaptProbability } from './adaptive-augment.js';
import { diffAugment } from './diff-augment.js';
import { learningRateFactor } from './learning-rate.js';
import { LeCam } from './lecam.js';
import { fakeLoss, generatorLoss, realLoss } from './losses.js';
import { nextTurn } from './next-turn.js';
import { gradientPenalty } from './r1.js';
import { spectrumLoss } from './spectrum-loss.js';
import { measure, type StepMetrics, sumOfSquares } from './step-metrics.js';
import {
  checkState,
  copySharedLayers,
  namingFile,
  restoreModel,
  restoreMoments,
  saveModel,
  saveMoments,
  type TrainState,
} from './train-state.js';
import { drawIndices, type TrainingSet } from './training-set.js';

type Gradients = tf.NamedTensorMap;

/** A batch for one network pass: images `[n, h, w, c]` and, for conditional networks, one-hot labels `[n, classes]`. */
interface Batch {
  images: tf.Tensor4D;
  labels: tf.Tensor2D | undefined;
}

/**
 * Both networks, both optimisers and the step number of one run, on the active TensorFlow.js backend. `train` drives
 * it; use it directly for a loop of your own. Steps are deterministic: they depend on the config, the images and the
 * state alone.
 */
export class Trainer {
  /** The settings of the run, defaults filled in. */
  readonly config: TrainConfig;
  /** Latents `[n, latentDim]` to images `[n, size, size, channels]` in [−1, 1]. */
  readonly generator: tfl.LayersModel;
  /** Images `[n, size, size, channels]` in [−1, 1] to logits `[n, 1]`; with `config.reconstruction` to the decoded images, too. */
  readonly discriminator: tfl.LayersModel;
  /** Exponential moving average of the generator's weights; undefined if `config.ema` is 0. */
  readonly ema: tfl.LayersModel | undefined;
  /** Steps done. */
  step = 0;
  /** Probability of each change of DiffAugment; less than 1 only with `config.ada`. */
  #augmentProbability: number;
  /** The discriminator without its decoder. */
  readonly #critic: tfl.LayersModel;
  readonly #lecam: LeCam | undefined;
  readonly #optimiserG: Adam;
  readonly #optimiserD: Adam;

  /** @throws TypeError, RangeError for a config that `resolveConfig` refuses; Error if no backend is ready. */
  constructor(settings: TrainConfig) {
    const config = resolveConfig(settings);
    this.config = config;
    this.generator = createGenerator(config);
    this.discriminator = createDiscriminator(config);
    this.#critic =
      config.reconstruction > 0
        ? tfl.model({ inputs: this.discriminator.inputs, outputs: this.discriminator.outputs[0]! })
        : this.discriminator;
    this.ema = config.ema > 0 ? createGenerator(config) : undefined;
    this.#augmentProbability = config.ada > 0 ? 0 : 1;
    this.#lecam = config.lecam > 0 ? new LeCam() : undefined;
    const { beta1, beta2, learningRateG, learningRateD } = config;
    this.#optimiserG = new Adam(trainableVariables(this.generator), {
      learningRate: learningRateG,
      beta1,
      beta2,
    });
    this.#optimiserD = new Adam(trainableVariables(this.discriminator), {
      learningRate: learningRateD,
      beta1,
      beta2,
    });
  }

  /** The network that samples are drawn from: the EMA of the generator if there is one. */
  get sampler(): tfl.LayersModel {
    return this.ema ?? this.generator;
  }

  /** Images of one half (real or fake) of a discriminator step. */
  get discriminatorBatch(): number {
    return this.config.halfBatch ? this.config.batchSize / 2 : this.config.batchSize;
  }

  /**
   * One discriminator step and one generator step. Leaves no tensor behind. Between the two the event loop goes round once, so that
   * a signal or a click need not wait for the whole step; only one step may be in progress at a time.
   */
  async trainStep(set: TrainingSet): Promise<StepMetrics> {
    const { config } = this;
    setDropoutRandom(this.discriminator, keyedRng(config.seed, 'dropout', this.step));
    const ofDiscriminator = tf.tidy(() => {
      const weightsD = sumOfSquares(kernelsOf(this.#optimiserD));
      const weightsG = sumOfSquares(kernelsOf(this.#optimiserG));
      iterateSpectral(this.discriminator);
      const indices = drawIndices(set.count, this.discriminatorBatch, this.step, config);
      const reals = this.#realBatch(set, indices);
      const fakes = this.#fakeBatch(set, this.discriminatorBatch, 'discriminatorLatents');
      const { logitsReal, logitsFake, square } = this.#stepDiscriminator(reals, fakes);
      const squares = { gradientsD: square, weightsD, weightsG };
      return { logitsReal, logitsFake, squares, reals: reals.images, fakes: fakes.images };
    });
    await nextTurn();
    const { logitsG, square } = tf.tidy(() => this.#stepGenerator(set, ofDiscriminator.reals));
    if (this.ema) updateEma(this.ema, this.generator, this.#emaDecay());
    this.#lecam?.update(ofDiscriminator.logitsReal, ofDiscriminator.logitsFake, this.step);
    this.step++;
    const squares = { ...ofDiscriminator.squares, gradientsG: square };
    const metrics = await measure({ ...ofDiscriminator, logitsG, squares }, config.loss, this.step);
    if (config.ada === 0) return metrics;
    const [target, images] = [config.ada, this.discriminatorBatch];
    const { accuracyReal } = metrics;
    this.#augmentProbability = adaptProbability(this.#augmentProbability, { accuracyReal, target, images });
    return { ...metrics, augmentProbability: this.#augmentProbability };
  }

  /** Everything that a run needs to continue exactly from here; `set` adds which images it was trained on. */
  async state(set?: TrainingSet): Promise<TrainState> {
    return {
      step: this.step,
      config: this.config,
      images: set && { count: set.count, digest: set.digest },
      generator: await saveModel(this.generator),
      discriminator: await saveModel(this.discriminator),
      ema: this.ema && (await saveModel(this.ema)),
      moments: {
        generator: await saveMoments(this.#optimiserG, this.generator),
        discriminator: await saveMoments(this.#optimiserD, this.discriminator),
      },
      anchors: await this.#lecam?.values(),
      augmentProbability: this.config.ada > 0 ? this.#augmentProbability : undefined,
    };
  }

  /** Goes back to a saved state. @throws CxrFileError `mismatch` if it belongs to other networks; TypeError if it is no state. */
  restore(state: TrainState): void {
    checkState('state', state);
    const { ema } = this;
    namingFile(state, 'generator/model.json', () =>
      restoreModel(this.generator, state.generator, 'generator'),
    );
    namingFile(state, 'discriminator/model.json', () =>
      restoreModel(this.discriminator, state.discriminator, 'discriminator'),
    );
    namingFile(state, 'average/model.json', () => {
      if (ema) restoreModel(ema, state.ema ?? state.generator, 'generator ema');
    });
    namingFile(state, 'moments.safetensors', () => {
      restoreMoments(this.#optimiserG, this.generator, state.moments.generator);
      restoreMoments(this.#optimiserD, this.discriminator, state.moments.discriminator);
    });
    if (state.anchors) this.#lecam?.restore(state.anchors);
    if (this.config.ada > 0) this.#augmentProbability = state.augmentProbability ?? 0;
    this.step = state.step;
  }

  /**
   * Starts from the weights of a run at a smaller size (after Karras et al., 2018): copies each layer that has the same name
   * and shapes there. From a run of half the size and twice the width, that is every layer except those next to the image.
   * @throws CxrFileError `mismatch` if the generators share no layer; TypeError if it is no state.
   */
  growFrom(state: TrainState): void {
    checkState('state', state);
    const generator = state.ema ?? state.generator;
    if (copySharedLayers(this.generator, generator) === 0) {
      throw new CxrFileError(
        'mismatch',
        'the run to grow from shares no layer of the generator with this one',
      );
    }
    copySharedLayers(this.discriminator, state.discriminator);
    if (this.ema) copySharedLayers(this.ema, generator);
  }

  /** Frees both networks, the EMA and the optimisers; with `keepSampler` the caller disposes `sampler` later. */
  dispose({ keepSampler = false }: { keepSampler?: boolean } = {}): void {
    for (const model of [this.generator, this.discriminator, this.ema]) {
      if (model && !(keepSampler && model === this.sampler)) model.dispose();
    }
    this.#optimiserG.dispose();
    this.#optimiserD.dispose();
    this.#lecam?.dispose();
  }

  #stepDiscriminator(
    realBatch: Batch,
    fakeBatch: Batch,
  ): { logitsReal: tf.Tensor; logitsFake: tf.Tensor; square: tf.Tensor } {
    const { loss, separateUpdates } = this.config;
    const augmentedReals = this.#augment(realBatch, 'augmentReal');
    const augmentedFakes = this.#augment(fakeBatch, 'augmentFake');
    let logitsReal!: tf.Tensor;
    let logitsFake!: tf.Tensor;
    const onReals = (): tf.Scalar => {
      const [logits, reconstruction] = this.#look(augmentedReals);
      logitsReal = tf.keep(logits);
      const lecam = this.#lecamPenalty('onReals', logitsReal);
      return tf.addN([realLoss(loss, logitsReal), lecam, reconstruction]);
    };
    const reals = this.#penaltyIsDue() ? [onReals, () => this.#penalty(augmentedReals)] : [onReals];
    const onFakes = (): tf.Scalar => {
      logitsFake = tf.keep(this.#discriminate(augmentedFakes));
      return tf.add(fakeLoss(loss, logitsFake), this.#lecamPenalty('onFakes', logitsFake));
    };
    const variables = [...this.#optimiserD.variables];
    const factor = learningRateFactor(this.config, this.step);
    let gradients: Gradients;
    if (separateUpdates) {
      this.#optimiserD.update(sumOfGradients(reals, variables), 2 * this.step + 1, factor);
      gradients = sumOfGradients([onFakes], variables);
      this.#optimiserD.update(gradients, 2 * this.step + 2, factor);
    } else {
      gradients = sumOfGradients([...reals, onFakes], variables);
      this.#optimiserD.update(gradients, this.step + 1, factor);
    }
    return { logitsReal, logitsFake, square: sumOfSquares(Object.values(gradients)) };
  }

  #stepGenerator(set: TrainingSet, reals: tf.Tensor4D): { logitsG: tf.Tensor; square: tf.Tensor } {
    const { loss: kind, batchSize, spectrum } = this.config;
    let logitsG!: tf.Tensor;
    const { grads } = tf.variableGrads(() => {
      const fakes = this.#fakeBatch(set, batchSize, 'generatorLatents');
      logitsG = tf.keep(this.#discriminate(this.#augment(fakes, 'augmentGenerator')));
      const loss = generatorLoss(kind, logitsG);
      return spectrum === 0 ? loss : tf.add(loss, tf.mul(spectrumLoss(fakes.images, reals), spectrum));
    }, [...this.#optimiserG.variables]);
    this.#optimiserG.update(grads, this.step + 1, learningRateFactor(this.config, this.step));
    return { logitsG, square: sumOfSquares(Object.values(grads)) };
  }

  #realBatch(set: TrainingSet, indices: readonly number[]): Batch {
    const { classes } = this.config;
    const { data, shape } = takeBatch(set.images, indices);
    return {
      images: tf.tensor4d(data, shape),
      labels: oneHot(
        indices.map((index) => set.labels[index]!),
        classes,
      ),
    };
  }

  /** Fakes; their labels are drawn from those of the real images, so that classes are as frequent as there. */
  #fakeBatch(set: TrainingSet, count: number, purpose: 'discriminatorLatents' | 'generatorLatents'): Batch {
    const { seed, latentDim, classes } = this.config;
    const random = keyedRng(seed, purpose, this.step);
    const latents = tf.tensor2d(normals(random, count * latentDim), [count, latentDim]);
    const drawn = Array.from(
      { length: classes > 0 ? count : 0 },
      () => set.labels[random.integer(set.count)]!,
    );
    const labels = oneHot(drawn, classes);
    const images = this.generator.apply(labels ? [latents, labels] : latents, {
      training: true,
    }) as tf.Tensor4D;
    return { images, labels };
  }

  #discriminate({ images, labels }: Batch): tf.Tensor {
    return this.#critic.apply(labels ? [images, labels] : images, { training: true }) as tf.Tensor;
  }

  /** The logits of reals, and the weighted error of what the discriminator's decoder makes of them. */
  #look(reals: Batch): [logits: tf.Tensor, reconstruction: tf.Scalar] {
    const { reconstruction: weight } = this.config;
    if (weight === 0) return [this.#discriminate(reals), tf.scalar(0)];
    const { images, labels } = reals;
    const outputs = this.discriminator.apply(labels ? [images, labels] : images, { training: true });
    const [logits, decoded] = outputs as [tf.Tensor, tf.Tensor];
    return [logits, tf.mul(reconstructionLoss(decoded, images), weight)];
  }

  #augment(batch: Batch, purpose: 'augmentReal' | 'augmentFake' | 'augmentGenerator'): Batch {
    const { diffAugment: kinds, seed } = this.config;
    if (kinds.length === 0) return batch;
    const random = keyedRng(seed, purpose, this.step);
    return { ...batch, images: diffAugment(batch.images, kinds, random, this.#augmentProbability) };
  }

  #lecamPenalty(which: 'onReals' | 'onFakes', logits: tf.Tensor): tf.Scalar {
    return this.#lecam ? tf.mul(this.#lecam[which](logits), this.config.lecam) : tf.scalar(0);
  }

  #penaltyIsDue(): boolean {
    const { r1, r1Every } = this.config;
    return r1 > 0 && this.step % r1Every === 0;
  }

  #penalty(reals: Batch): tf.Scalar {
    const { r1, r1Every } = this.config;
    const discriminate = (images: tf.Tensor4D): tf.Tensor => this.#discriminate({ ...reals, images });
    return tf.mul(gradientPenalty(discriminate, reals.images), (r1 / 2) * r1Every);
  }

  /** Smaller in the first steps, so that the EMA soon forgets the untrained weights. */
  #emaDecay(): number {
    return Math.min(this.config.ema, (1 + this.step) / (10 + this.step));
  }
}

/**
 * Gradients of the sum of losses, one loss after the other: memory holds the activations of one at a time, and those of the R1 penalty
 * alone take twice as much as the others.
 */
function sumOfGradients(losses: readonly (() => tf.Scalar)[], variables: tf.Variable[]): Gradients {
  const total: Gradients = {};
  for (const loss of losses) {
    const { value, grads } = tf.variableGrads(loss, variables);
    value.dispose();
    for (const [name, gradient] of Object.entries(grads)) {
      const before = total[name];
      total[name] = before ? tf.add(before, gradient) : gradient;
      if (before) tf.dispose([before, gradient]);
    }
  }
  return total;
}

/** Without batch norm's scales: these are about 1 and would hide how kernels grow from 0.02. */
function kernelsOf({ variables }: Adam): tf.Variable[] {
  return variables.filter(({ shape }) => shape.length > 1);
}
