import * as tf from '@tensorflow/tfjs-core';
import { fakeLoss, generatorLoss, type Loss, realLoss } from './losses.js';

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
  /** Euclidean norm of all the discriminator's kernels (biases and batch norm's scales left out), before this step. */
  weightNormD: number;
  weightNormG: number;
  /**
   * How much the fakes differ among themselves, 1 being as much as the reals of the batch: near 0 is collapse. 1 where the
   * reals of the batch are all the same.
   */
  diversity: number;
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

/** Reads a step's tensors, in one transfer, and sums them up. */
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
