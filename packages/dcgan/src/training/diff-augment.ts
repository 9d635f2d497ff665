import { describeValue, type Rng } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';

/** The parts of DiffAugment, in the order in which they are applied. */
export const AUGMENT_KINDS = ['brightness', 'saturation', 'contrast', 'translation', 'cutout'] as const;
/** A part of DiffAugment. */
export type AugmentKind = (typeof AUGMENT_KINDS)[number];

/**
 * DiffAugment (Zhao et al., 2020): random changes to `[n, h, w, c]` images in [−1, 1] that let gradients through, in
 * the paper's order and ranges: brightness +U(−0.5, 0.5); saturation ×U(0, 2) about the grey value (nothing on one
 * channel); contrast ×U(0.5, 1.5) about the image's mean; translation by up to 1/8 of each side, zeros moving in;
 * cutout of a square of half the side. Each image has its own draw, all from `random`.
 * @param probability of each change for each image, 0 to 1. @default 1
 * @throws TypeError if `images` is no tensor of four axes, `kinds` no array or `random` no generator of numbers; RangeError for an unknown kind.
 */
export function diffAugment(
  images: tf.Tensor4D,
  kinds: readonly AugmentKind[],
  random: Rng,
  probability = 1,
): tf.Tensor4D {
  checkArguments(images, kinds, random);
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`invalid probability: ${probability} (0 to 1)`);
  }
  const [n, h, w, c] = images.shape;
  /** Whether the next image is changed. Draws nothing where all are. */
  const changed = (): boolean => probability === 1 || random.uniform() < probability;
  const perImage = (unchanged: number, draw: () => number): tf.Tensor4D =>
    tf.tensor4d(
      Float32Array.from({ length: n }, () => (changed() ? draw() : unchanged)),
      [n, 1, 1, 1],
    );
  return tf.tidy(() => {
    let x = images;
    if (kinds.includes('brightness'))
      x = tf.add(
        x,
        perImage(0, () => random.uniform() - 0.5),
      );
    if (kinds.includes('saturation') && c > 1)
      x = spread(
        x,
        [3],
        perImage(1, () => 2 * random.uniform()),
      );
    if (kinds.includes('contrast'))
      x = spread(
        x,
        [1, 2, 3],
        perImage(1, () => 0.5 + random.uniform()),
      );
    if (kinds.includes('translation')) {
      const moved = Array.from({ length: n }, changed);
      const shift = (side: number) => {
        const reach = Math.round(side / 8);
        return Int32Array.from(moved, (moves) => (moves ? random.integer(2 * reach + 1) - reach : 0));
      };
      x = translate(x, shift(h), shift(w));
    }
    if (kinds.includes('cutout')) x = tf.mul(x, cutoutMask(n, h, w, random, changed));
    return x;
  });
}

function checkArguments(images: tf.Tensor4D, kinds: readonly AugmentKind[], random: Rng): void {
  if (!(images instanceof tf.Tensor && images.rank === 4)) {
    throw new TypeError(`diffAugment takes a tensor [n, h, w, c], not ${describeValue(images)}`);
  }
  if (!Array.isArray(kinds)) {
    throw new TypeError(`diffAugment takes an array of kinds, not ${describeValue(kinds)}`);
  }
  const unknown = kinds.find((kind) => !AUGMENT_KINDS.includes(kind));
  if (unknown !== undefined) {
    throw new RangeError(`invalid kind of diffAugment: ${unknown} (${AUGMENT_KINDS.join(', ')})`);
  }
  if (typeof random?.uniform !== 'function') {
    throw new TypeError(`diffAugment takes random numbers of createRng(seed), not ${describeValue(random)}`);
  }
}

/** Scales the distance from the mean over some axes. */
function spread(x: tf.Tensor4D, axes: number[], factor: tf.Tensor): tf.Tensor4D {
  const mean = tf.mean(x, axes, true);
  return tf.add(tf.mul(tf.sub(x, mean), factor), mean);
}

/**
 * Moves each image down and right by its own whole number of pixels, zeros moving in: products with shifted identity
 * matrices. Gathers and slices of the wasm backend take many times as long.
 */
function translate(x: tf.Tensor4D, down: Int32Array, right: Int32Array): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const rows = tf.matMul(shifts(down, h), tf.reshape(x, [n, h, w * c]) as tf.Tensor3D);
  const upright = tf.transpose(tf.reshape(rows, [n, h, w, c]), [0, 2, 1, 3]);
  const columns = tf.matMul(shifts(right, w), tf.reshape(upright, [n, w, h * c]) as tf.Tensor3D);
  return tf.transpose(tf.reshape(columns, [n, w, h, c]), [0, 2, 1, 3]) as tf.Tensor4D;
}

/** For each distance d the matrix `[size, size]` that takes line i to line i + d. */
function shifts(distances: Int32Array, size: number): tf.Tensor3D {
  const matrices = new Float32Array(distances.length * size * size);
  for (const [image, distance] of distances.entries()) {
    const end = Math.min(size, size - distance);
    for (let line = Math.max(0, -distance); line < end; line++) {
      matrices[(image * size + line + distance) * size + line] = 1;
    }
  }
  return tf.tensor3d(matrices, [distances.length, size, size]);
}

function cutoutMask(n: number, h: number, w: number, random: Rng, changed: () => boolean): tf.Tensor4D {
  const mask = new Float32Array(n * h * w).fill(1);
  const sideY = Math.round(h / 2);
  const sideX = Math.round(w / 2);
  for (let i = 0; i < n; i++) {
    if (!changed()) continue;
    // The centre may lie anywhere, so part of the square may fall outside.
    const top = random.integer(h + (1 - (sideY % 2))) - Math.floor(sideY / 2);
    const left = random.integer(w + (1 - (sideX % 2))) - Math.floor(sideX / 2);
    const from = Math.max(0, left);
    const to = Math.max(from, Math.min(w, left + sideX));
    for (let y = Math.max(0, top); y < Math.min(h, top + sideY); y++) {
      mask.fill(0, (i * h + y) * w + from, (i * h + y) * w + to);
    }
  }
  return tf.tensor4d(mask, [n, h, w, 1]);
}
