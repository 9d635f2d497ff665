import * as tf from '@tensorflow/tfjs-core';

/** Pixels of a window: long enough to tell the lattices of the last three doublings (periods of 2, 4 and 8) from what lies beside them. */
const WINDOW = 32;

/** Frequencies along an axis: 0 to 16 cycles a window. */
const FREQUENCIES = WINDOW / 2 + 1;

/** Added to powers of images in [−1, 1], so that black has a logarithm: the noise of rounding to 8 bits. */
const EPSILON = (2 / 255) ** 2 / 12;

/**
 * How far the power spectra of fakes are from those of reals: in overlapping windows of 32 × 32 pixels, the squared difference of the
 * mean logarithms of power at each pair of frequencies, averaged over pairs and windows; 0 when they are equal. A lattice of a few
 * grey levels, which a discriminator hardly sees, stands out here. After Durall et al. (2020), who average the spectrum of a whole
 * image over directions. Windows (Welch, 1967) keep lung and soft tissue apart, and without that average a lattice stays at its few
 * frequencies.
 *
 * @param fakes `[n, size, size, channels]` in [−1, 1]; size is a multiple of 32
 * @param reals as `fakes`, any number of them; they take no gradient
 */
export function spectrumLoss(fakes: tf.Tensor4D, reals: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const axis = transform(fakes.shape[1]);
    return tf.mean(tf.squaredDifference(meanLogPower(fakes, axis), meanLogPower(reals, axis)));
  });
}

interface Transform {
  waves: tf.Tensor2D;
  sums: tf.Tensor2D;
}

/** The mean over images of the logarithm of their power, by pair of frequencies and window. */
function meanLogPower(images: tf.Tensor4D, { waves, sums }: Transform): tf.Tensor {
  const [n, size, , channels] = images.shape;
  const planes = n * channels;
  const x = channels === 1 ? images : tf.transpose(images, [0, 3, 1, 2]);
  const power = bothAxes(sums, tf.square(bothAxes(waves, tf.reshape(x, [planes, size, size]))));
  return tf.mean(tf.log(tf.add(tf.reshape(power, [planes, -1]), EPSILON)), 0);
}

/** `matrix` · x · `matrix`ᵀ for each plane x: `[n, size, size]` → `[n, rows, rows]`. */
function bothAxes(matrix: tf.Tensor2D, x: tf.Tensor3D): tf.Tensor3D {
  const [n, size] = x.shape;
  const rows = matrix.shape[0];
  const across = tf.matMul(tf.reshape(x, [n * size, size]), matrix, false, true);
  return tf.matMul(tf.expandDims<tf.Tensor3D>(matrix, 0), tf.reshape(across, [n, size, rows]));
}

/**
 * One axis: `waves` times a row of pixels gives cosine and sine at each frequency in each window, `sums` times their squares the power
 * at each frequency in each window. White noise of variance 1 has power 1.
 */
function transform(size: number): Transform {
  const windows = (2 * size) / WINDOW - 1;
  const rows = FREQUENCIES * 2 * windows;
  const waves = new Float32Array(rows * size);
  const sums = new Float32Array((rows / 2) * rows);
  for (let row = 0; row < rows; row++) {
    const frequency = Math.floor(row / (2 * windows));
    const start = (row % windows) * (WINDOW / 2);
    const wave = row % (2 * windows) < windows ? Math.cos : Math.sin;
    for (let t = 0; t < WINDOW; t++) {
      // Hann's window; the mean of its squares is 3/8.
      const weight = Math.sin((Math.PI * (t + 0.5)) / WINDOW) ** 2 / Math.sqrt((3 / 8) * WINDOW);
      waves[row * size + start + t] = weight * wave((2 * Math.PI * frequency * t) / WINDOW);
    }
    sums[(frequency * windows + (row % windows)) * rows + row] = 1;
  }
  return { waves: tf.tensor2d(waves, [rows, size]), sums: tf.tensor2d(sums, [rows / 2, rows]) };
}
