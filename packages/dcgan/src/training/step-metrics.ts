import * as tf from '@tensorflow/tfjs-core';
import { fakeLoss, generatorLoss, type Loss, realLoss } from './losses.js';

/** Measurements of one training step. */
export interface StepMetrics {
  /** Steps done, this one included. */
  step: number;
  /** Discriminator loss, the sum of those on reals and on fakes, before its update. */
  lossD: number;
  /** Generator loss, before its update. */
  lossG: number;
  /** Share of reals that the discriminator classified as real, 0 to 1. */
  accuracyReal: number;
  /** Share of fakes that the discriminator classified as fake, 0 to 1. */
  accuracyFake: number;
  /** Euclidean norm of all the discriminator's gradients, in its last update of the step. */
  gradientNormD: number;
  /** Euclidean norm of all the generator's gradients. */
  gradientNormG: number;
  /** Euclidean norm of all the discriminator's kernels, without biases and batch norm's scales, before the step. */
  weightNormD: number;
  /** The same of the generator. */
  weightNormG: number;
  /**
   * How much the fakes differ from each other, divided by how much the reals of the batch do: near 0 is mode collapse. 1 if all
   * reals of the batch are equal.
   */
  diversity: number;
  /** Probability of each change of DiffAugment after the step; only with `ada`. */
  augmentProbability?: number | undefined;
}

/** Tensors of one step; `measure` disposes them. */
export interface StepTensors {
  logitsReal: tf.Tensor;
  logitsFake: tf.Tensor;
  logitsG: tf.Tensor;
  /** Squared norms of the gradients and of the weights before the step. */
  squares: { gradientsD: tf.Tensor; gradientsG: tf.Tensor; weightsD: tf.Tensor; weightsG: tf.Tensor };
  reals: tf.Tensor4D;
  fakes: tf.Tensor4D;
}

/** Computes the metrics from a step's tensors, with one transfer from the backend. */
export async function measure(tensors: StepTensors, loss: Loss, step: number): Promise<StepMetrics> {
  const { logitsReal, logitsFake, logitsG, squares, reals, fakes } = tensors;
  const { gradientsD, gradientsG, weightsD, weightsG } = squares;
  const packed = tf.tidy(() =>
    tf.stack([
      tf.add(realLoss(loss, logitsReal), fakeLoss(loss, logitsFake)),
      generatorLoss(loss, logitsG),
      share(tf.greater(logitsReal, 0)),
      share(tf.less(logitsFake, 0)),
      ...[gradientsD, gradientsG, weightsD, weightsG].map((square) => tf.sqrt(square)),
      deviation(reals),
      deviation(fakes),
      // Some backends' relu turns NaN into 0, which would hide it in the losses.
      tf.sum(tf.addN([logitsReal, logitsFake, logitsG].map((logits) => tf.sum(tf.mul(logits, 0))))),
    ]),
  );
  tf.dispose(tensors as unknown as tf.TensorContainerObject);
  const values = (await packed.data()) as Float32Array;
  packed.dispose();
  const [lossD, lossG, accuracyReal, accuracyFake, normD, normG, ...rest] = values;
  const [weightNormD, weightNormG, deviationReal, deviationFake, zero] = rest;
  return {
    step,
    lossD: lossD! + zero!,
    lossG: lossG! + zero!,
    accuracyReal: accuracyReal!,
    accuracyFake: accuracyFake!,
    gradientNormD: normD!,
    gradientNormG: normG!,
    weightNormD: weightNormD!,
    weightNormG: weightNormG!,
    diversity: deviationReal! < SAME ? 1 : deviationFake! / deviationReal!,
  };
}

/** The sum of squares over all tensors; a scalar. */
export function sumOfSquares(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))));
}

/** Rounding of a mean of equal images leaves less than this. */
const SAME = 1e-6;

const share = (is: tf.Tensor): tf.Scalar => tf.mean(tf.cast(is, 'float32'));

/** Root mean square, over all pixels, of the deviation from the batch's mean image; a scalar. */
function deviation(images: tf.Tensor4D): tf.Tensor {
  const flat = tf.reshape(images, [images.shape[0], -1]);
  return tf.sqrt(tf.mean(tf.square(tf.sub(flat, tf.mean(flat, 0)))));
}
