import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { BLUR_FILTERS } from './blur.js';

type Shape = (number | null)[];

/** About what brings the band of chest X-rays to the range of the images. */
const GAIN = 8;

/**
 * Images `[n, h, w, c]` → `[n, h, w, 2c]`: after each channel 8 · (x − blur x), its high frequencies, with the blur `1-2-1`. At the
 * border the blur averages the pixels inside only, so that a constant image has a band of 0.
 */
export class HighPass extends tfl.layers.Layer {
  static className = 'HighPass';

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const [n, h, w, c] = shape as Shape;
    return [n!, h!, w!, 2 * c!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
      const [n, h, w, c] = x.shape;
      if (c === 1) return tf.reshape(withBand(tf.reshape(x, [n, h, w])), [n, h, w, 2]);
      const planes = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [n * c, h, w]) as tf.Tensor3D;
      const pairs = tf.reshape(withBand(planes), [n, c, h, 2 * w]);
      const pixels = tf.transpose(tf.reshape(pairs, [n, c, h, w, 2]), [0, 2, 3, 1, 4]);
      return tf.reshape(pixels, [n, h, w, 2 * c]);
    });
  }
}

tf.serialization.registerClass(HighPass as never);

/**
 * `[n, h, w]` → `[n, h, 2w]`, each pixel followed by its band: products with matrices, since joining and cutting innermost axes of
 * length 1 and 2 takes ten times as long.
 */
function withBand(x: tf.Tensor3D): tf.Tensor3D {
  const [n, h, w] = x.shape;
  const copy = new Float32Array(w * 2 * w);
  const across = new Float32Array(w * 2 * w);
  const blurAcross = blurMatrix(w);
  for (let from = 0; from < w; from++) {
    copy[from * 2 * w + 2 * from] = 1;
    copy[from * 2 * w + 2 * from + 1] = GAIN;
    for (let to = 0; to < w; to++) across[from * 2 * w + 2 * to + 1] = -GAIN * blurAcross[to * w + from]!;
  }
  const down = tf.matMul(tf.tensor3d(blurMatrix(h), [1, h, h]), x);
  const rows = [x, down].map((images, i) =>
    tf.matMul(tf.reshape(images, [n * h, w]), tf.tensor2d(i === 0 ? copy : across, [w, 2 * w])),
  );
  return tf.reshape(tf.add(rows[0]!, rows[1]!), [n, h, 2 * w]);
}

/** The matrix `[to, from]` of a blur along one axis: each row is 1-2-1 around the diagonal, with sum 1. */
function blurMatrix(length: number): Float32Array {
  const matrix = new Float32Array(length * length);
  for (let to = 0; to < length; to++) {
    const taps = BLUR_FILTERS['1-2-1'].map((tap, i) => ({ tap, from: to + i - 1 }));
    const inside = taps.filter(({ from }) => from >= 0 && from < length);
    const sum = inside.reduce((total, { tap }) => total + tap, 0);
    for (const { tap, from } of inside) matrix[to * length + from] = tap / sum;
  }
  return matrix;
}
