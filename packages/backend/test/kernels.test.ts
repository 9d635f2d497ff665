import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, read, useBackend } from './backends.js';

/** A case of a convolution: everything that the geometry of a kernel depends on. */
interface Case {
  x: [number, number, number, number];
  filter: [number, number, number, number];
  strides: number | [number, number];
  dilations?: number | [number, number];
  pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding;
}

const EXPLICIT: tf.backend_util.ExplicitPadding = [
  [0, 0],
  [1, 2],
  [2, 0],
  [0, 0],
];

function* cases(): Generator<Case> {
  for (const pad of ['same', 'valid', EXPLICIT] as const) {
    for (const kernel of [1, 2, 3, 4, 5, 7]) {
      for (const strides of [1, 2, 3])
        yield { x: [2, 9, 11, 3], filter: [kernel, kernel, 3, 5], strides, pad };
    }
    // Channels enough for the input gradient by residue classes.
    for (const kernel of [2, 3, 4, 5, 7]) {
      for (const strides of [2, 3])
        yield { x: [2, 9, 11, 17], filter: [kernel, kernel, 17, 5], strides, pad };
    }
    yield { x: [2, 6, 7, 16], filter: [3, 4, 16, 6], strides: [1, 2], pad };
    // The form in tiles: 4 × 4 taps at stride 2, more images than threads and one, tiles that are cut off.
    yield { x: [3, 9, 11, 16], filter: [4, 4, 16, 20], strides: 2, pad };
    yield { x: [1, 12, 8, 20], filter: [4, 4, 20, 16], strides: 2, pad };
    // Fewer channels out than in: at stride 1 the roles of x and y are exchanged.
    for (const kernel of [1, 3, 4, 5])
      yield { x: [2, 7, 8, 9], filter: [kernel, kernel, 9, 2], strides: 1, pad };
    yield { x: [1, 8, 8, 1], filter: [4, 4, 1, 1], strides: 2, pad };
    yield { x: [3, 13, 10, 5], filter: [3, 5, 5, 7], strides: [2, 1], pad };
    // Channels and tiles enough for Winograd's transforms, of two and of three taps.
    for (const [kernel, strides] of [
      [4, 2],
      [5, 2],
      [3, 1],
    ] as const)
      yield { x: [16, 9, 10, 16], filter: [kernel, kernel, 16, 20], strides, pad };
    // More rows than one chunk of the unfolded matrix holds, as it is and with the roles of x and y exchanged.
    if (pad === 'same') {
      yield { x: [1, 67, 67, 1], filter: [31, 31, 1, 2], strides: 1, pad };
      yield { x: [1, 67, 67, 2], filter: [31, 31, 2, 1], strides: 1, pad };
    }
    for (const dilations of [2, [1, 3] as [number, number]]) {
      yield { x: [2, 12, 13, 3], filter: [3, 2, 3, 6], strides: 1, dilations, pad };
      yield { x: [2, 12, 13, 6], filter: [3, 3, 6, 2], strides: 1, dilations, pad };
    }
  }
}

function title({ x, filter, strides, dilations = 1, pad }: Case): string {
  const padding = typeof pad === 'string' ? pad : 'explicit';
  return `x ${x}, filter ${filter}, stride ${strides}, dilation ${dilations}, ${padding}`;
}

/** Seeded values in [-1, 1). */
function values(shape: number[], seed: number): Float32Array {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The output and both gradients of a convolution, on the current backend. */
function convolve({ x, filter, strides, dilations = 1, pad }: Case): Promise<Float32Array[]> {
  return read(() => {
    const $x = tf.tensor4d(values(x, 1), x);
    const $filter = tf.tensor4d(values(filter, 2), filter);
    const conv = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad, 'NHWC', dilations);
    const y = conv($x, $filter);
    const [dx, dfilter] = tf.grads(conv)([$x, $filter], tf.tensor(values(y.shape, 3), y.shape));
    return [y, dx!, dfilter!];
  });
}

/** The same by a filter with zeros between its taps: stock TensorFlow.js has no gradient with dilations. */
function spreadCase(c: Case): { spread: Case; pick: (dfilter: Float32Array) => Float32Array } {
  const [dh, dw] = typeof c.dilations === 'object' ? c.dilations : [c.dilations ?? 1, c.dilations ?? 1];
  const [kh, kw, ci, co] = c.filter;
  const shape: Case['filter'] = [(kh - 1) * dh + 1, (kw - 1) * dw + 1, ci, co];
  const pick = (dfilter: Float32Array): Float32Array => {
    const out: number[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const at = (i * dh * shape[1] + j * dw) * ci * co;
        out.push(...dfilter.subarray(at, at + ci * co));
      }
    }
    return Float32Array.from(out);
  };
  return { spread: { ...c, filter: shape, dilations: 1 }, pick };
}

/** What the cpu backend computes for a case, with dilations by a spread filter. */
async function reference(c: Case): Promise<Float32Array[]> {
  if (c.dilations === undefined) return convolve(c);
  const { spread, pick } = spreadCase(c);
  const [y, dx, dfilter] = (await read(() => {
    const [kh, kw, ci, co] = c.filter;
    const [sh, sw] = spread.filter;
    const small = values(c.filter, 2);
    const wide = new Float32Array(sh * sw * ci * co);
    const [dh, dw] = [(sh - 1) / Math.max(1, kh - 1), (sw - 1) / Math.max(1, kw - 1)];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const from = (i * kw + j) * ci * co;
        wide.set(small.subarray(from, from + ci * co), (i * dh * sw + j * dw) * ci * co);
      }
    }
    const conv = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, c.pad);
    const $x = tf.tensor4d(values(c.x, 1), c.x);
    const $filter = tf.tensor4d(wide, spread.filter);
    const y = conv($x, $filter);
    const [dx, dfilter] = tf.grads(conv)([$x, $filter], tf.tensor(values(y.shape, 3), y.shape));
    return [y, dx!, dfilter!];
  })) as [Float32Array, Float32Array, Float32Array];
  return [y, dx, pick(dfilter)];
}

/** Largest difference, relative to the largest value: sums of hundreds of terms of size 1 may cancel to near 0. */
function difference(found: Float32Array, expected: Float32Array): number {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  let size = 0;
  for (let i = 0; i < found.length; i++) {
    worst = Math.max(worst, Math.abs(found[i]! - expected[i]!));
    size = Math.max(size, Math.abs(expected[i]!));
  }
  return worst / (size || 1);
}

/** What the project promises; float32 sums in another order differ by some 1e-6. */
const TOLERANCE = 1e-4;

const all = [...cases()];
const expected = new Map<Case, Float32Array[]>();
const PRODUCTS = [
  { a: [5, 7], b: [7, 3], transposeA: false, transposeB: false },
  { a: [7, 5], b: [7, 3], transposeA: true, transposeB: false },
  { a: [5, 7], b: [3, 7], transposeA: false, transposeB: true },
  { a: [7, 5], b: [3, 7], transposeA: true, transposeB: true },
  { a: [130, 70], b: [70, 90], transposeA: false, transposeB: false },
  { a: [301, 65], b: [301, 77], transposeA: true, transposeB: false },
  { a: [65, 301], b: [77, 301], transposeA: false, transposeB: true },
  { a: [600, 33], b: [530, 600], transposeA: true, transposeB: true },
  { a: [2, 3, 20, 30], b: [3, 30, 40], transposeA: false, transposeB: false },
  { a: [1, 20, 30], b: [4, 40, 30], transposeA: false, transposeB: true },
] as const;

function product({ a, b, transposeA, transposeB }: (typeof PRODUCTS)[number]): Promise<Float32Array[]> {
  return read(() => {
    const $a = tf.tensor(values([...a], 1), [...a]);
    const $b = tf.tensor(values([...b], 2), [...b]);
    return [tf.matMul($a, $b, transposeA, transposeB)];
  });
}

// Plain JavaScript is slow, and the more so where other tests run beside this.
beforeAll(async () => {
  await useBackend('cpu');
  for (const c of all) expected.set(c, await reference(c));
}, 240_000);

describe.each(BACKENDS)('%s', (name) => {
  const expectedProducts: Float32Array[][] = [];

  beforeAll(async () => {
    await useBackend('cpu');
    for (const p of PRODUCTS) expectedProducts.push(await product(p));
    await useBackend(name);
  });

  it.each(all.map((c) => [title(c), c] as const))(
    'convolves and differentiates as cpu does: %s',
    async (_, c) => {
      const found = await convolve(c);
      expected.get(c)!.forEach((values, i) => {
        expect(difference(found[i]!, values)).toBeLessThan(TOLERANCE);
      });
    },
  );

  it.each<[string, Case, [number, number, number, number]]>([
    [
      'chunks and residues',
      { x: [1, 66, 66, 16], filter: [16, 16, 16, 16], strides: 2, pad: 'same' },
      [1, 33, 33, 16],
    ],
    [
      'chunks of tiles',
      { x: [4, 130, 131, 32], filter: [4, 4, 32, 32], strides: 2, pad: 'same' },
      [4, 65, 66, 32],
    ],
  ])('has gradients adjoint to the convolution where one of them takes several %s', async (_, c, shape) => {
    const [y, dx, dfilter] = (await convolve(c)) as [Float32Array, Float32Array, Float32Array];
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const dy = values(shape, 3);
    // <conv(x, f), dy> = <x, dx> = <f, df>, as conv is linear in each; beside what such a sum has at random.
    const size = Math.sqrt(dot(y, y) * dot(dy, dy));
    for (const [input, gradient] of [
      [values(c.x, 1), dx],
      [values(c.filter, 2), dfilter],
    ] as const) {
      expect(Math.abs(dot(input, gradient) - dot(y, dy)) / size).toBeLessThan(TOLERANCE);
    }
  });

  it.each(
    PRODUCTS.map((p, i) => [`${p.a} by ${p.b}, transposed ${p.transposeA} ${p.transposeB}`, i] as const),
  )('multiplies matrices as cpu does: %s', async (_, i) => {
    const [found] = await product(PRODUCTS[i]!);
    expect(difference(found!, expectedProducts[i]![0]!)).toBeLessThan(TOLERANCE);
  });
});
