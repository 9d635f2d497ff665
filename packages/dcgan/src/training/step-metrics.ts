import * as tf from '@tensorflow/tfjs-core';
import type { Loss } from './losses.js';

/** What one training step measured. */
export interface StepMetrics {
  /** Steps done, this one included. */
  step: number;
  /** Discriminator loss, real and fake half together, before its update. */
  lossD: number;
  lossG: number;
  /** Share of reals that the discriminator took for real, 0 to 1. */
  accuracyReal: number;
  /** Share of fakes that it took for fake. */
  accuracyFake: number;
  /** Euclidean norm of all the discriminator's gradients (of its last update). */
  gradientNormD: number;
  gradientNormG: number;
  /** How much the fakes differ among themselves, 1 being as much as the reals of the batch: near 0 is collapse. */
  diversity: number;
}

/** Tensors of one step; `measure` disposes them. */
export interface StepTensors {
  logitsReal: tf.Tensor;
  logitsFake: tf.Tensor;
  logitsG: tf.Tensor;
  /** Squared gradient norms. */
  normD: tf.Tensor;
  normG: tf.Tensor;
  reals: tf.Tensor4D;
  fakes: tf.Tensor4D;
}

/** Reads a step's tensors, in one transfer, and sums them up. */
export async function measure(tensors: StepTensors, loss: Loss, step: number): Promise<StepMetrics> {
  const { logitsReal, logitsFake, logitsG, normD, normG, reals, fakes } = tensors;
  const parts = [logitsReal, logitsFake, logitsG];
  const packed = tf.tidy(() => {
    const flat = [...parts, normD, normG, deviation(reals), deviation(fakes)].map((part) =>
      tf.reshape(part, [-1]),
    );
    return tf.concat(flat as tf.Tensor1D[]);
  });
  tf.dispose([...parts, normD, normG, reals, fakes]);
  const values = await packed.data();
  packed.dispose();
  const ends = [0];
  for (const part of parts) ends.push(ends.at(-1)! + part.size);
  const [real, fake, generated] = parts.map((_, i) => values.subarray(ends[i], ends[i + 1])) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [squareD, squareG, deviationReal, deviationFake] = values.subarray(ends[3]) as unknown as number[];
  const [lossReal, lossFake] = LOSSES[loss];
  return {
    step,
    lossD: mean(real, lossReal) + mean(fake, lossFake),
    lossG: mean(generated, loss === 'bce' ? lossReal : (logit) => -logit),
    accuracyReal: mean(real, (logit) => (logit > 0 ? 1 : 0)),
    accuracyFake: mean(fake, (logit) => (logit < 0 ? 1 : 0)),
    gradientNormD: Math.sqrt(squareD!),
    gradientNormG: Math.sqrt(squareG!),
    diversity: deviationFake! / deviationReal!,
  };
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

type OfLogit = (logit: number) => number;

/** The losses of losses.ts on one logit, for the record: [of a real, of a fake]. */
const LOSSES: Record<Loss, [OfLogit, OfLogit]> = {
  bce: [(logit) => softplus(-logit), softplus],
  hinge: [(logit) => Math.max(0, 1 - logit), (logit) => Math.max(0, 1 + logit)],
};

const mean = (values: Float32Array, of: OfLogit): number =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length;

/** Root mean square, over all pixels, of the deviation from the batch's mean image; a scalar. */
function deviation(images: tf.Tensor4D): tf.Tensor {
  const flat = tf.reshape(images, [images.shape[0], -1]);
  return tf.sqrt(tf.mean(tf.square(tf.sub(flat, tf.mean(flat, 0)))));
}
