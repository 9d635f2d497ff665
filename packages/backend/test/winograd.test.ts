import { useBackend } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Geometry, geometry } from '../src/kernels/geometry.js';
import { hasWinograd } from '../src/kernels/winograd.js';
import { read } from './backends.js';

type Four = [number, number, number, number];

interface Case {
  x: Four;
  filter: Four;
  strides: [number, number];
  pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding;
}

function geometryOf({ x, filter, strides, pad }: Case): Geometry {
  return geometry(tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad));
}

/** Whole numbers from -3 to 3: their sums, and quarters of them, are exact in float32 in any order. */
function whole(shape: number[], seed: number): tf.Tensor {
  let state = seed >>> 0;
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * 7) - 3;
  });
  return tf.tensor(values, shape);
}

/** y, dx and dfilter. */
function results({ strides, pad }: Case, x: tf.Tensor, filter: tf.Tensor): tf.Tensor[] {
  const conv = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad);
  const y = conv(x, filter);
  return [y, ...tf.grads((x, filter) => conv(x!, filter!))([x, filter], whole(y.shape, 3))];
}

/** The same of two halves of the channels, too few for the transforms: they are unfolded, which other tests compare with cpu. */
function byHalves(given: Case, x: tf.Tensor, filter: tf.Tensor): tf.Tensor[] {
  const [xs, filters] = [tf.split(x, 2, 3), tf.split(filter, 2, 2)];
  const [a, b] = [0, 1].map((half) => results(given, xs[half]!, filters[half]!)) as [
    tf.Tensor[],
    tf.Tensor[],
  ];
  return [tf.add(a[0]!, b[0]!), tf.concat([a[1]!, b[1]!], 3), tf.concat([a[2]!, b[2]!], 2)];
}

/** True for tiles of 4 × 4 outputs, whose transforms multiply by ninths. */
function isLarge(given: Case): boolean {
  const { outHeight, outWidth } = geometryOf(given);
  const twice = given.strides.every((stride, i) => given.filter[i] === 2 * stride);
  return twice && Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4) >= 16;
}

/** Compares the transforms with the unfolding: bit for bit, or to 1e-5 of the largest value with large tiles. */
async function compare(given: Case): Promise<void> {
  await useBackend('wasm', { threads: 1 });
  const inputs = () => [whole(given.x, 1), whole(given.filter, 2)] as const;
  const expected = await read(() => byHalves(given, ...inputs()));
  const found = await read(() => results(given, ...inputs()));
  expected.forEach((values, i) => {
    const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const tolerance = isLarge(given) ? 1e-5 * largest : 0;
    const wrong = values.findIndex((value, j) => !(Math.abs(value - found[i]![j]!) <= tolerance));
    const name = ['y', 'dx', 'dfilter'][i];
    expect(wrong, `${name} ${wrong}: ${found[i]![wrong]}, not ${values[wrong]}`).toBe(-1);
  });
}

const pad: fc.Arbitrary<Case['pad']> = fc.oneof(
  fc.constantFrom('same' as const, 'valid' as const),
  fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 4 }))).map((sides) => {
    const [top, bottom, left, right] = sides as Four;
    return [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ] as tf.backend_util.ExplicitPadding;
  }),
);

/** Cases that take the transforms: odd and even sizes from `min` on, unequal strides, all kinds of padding. */
const cases = (min: number): fc.Arbitrary<Case> =>
  fc
    .record({
      height: fc.integer({ min, max: 2 * min - 1 }),
      width: fc.integer({ min, max: 2 * min - 1 }),
      strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      channels: fc.tuple(fc.constantFrom(16, 20), fc.constantFrom(16, 24)),
      taps: fc.constantFrom(2, 3),
      missing: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
      pad,
    })
    .map(({ height, width, strides, channels: [ci, co], taps, missing, pad }): Case => {
      // Three taps in each phase, or one less in the last phase.
      const [kh, kw] = strides.map(
        (stride, i) => taps * stride - (taps === 3 && stride > 1 ? missing[i]! : 0),
      );
      const filter: Four = [kh!, kw!, ci, co];
      const one = geometryOf({ x: [1, height, width, ci], filter, strides, pad });
      const tiles = Math.ceil(one.outHeight / 2) * Math.ceil(one.outWidth / 2);
      return { x: [Math.ceil(64 / tiles), height, width, ci], filter, strides, pad };
    });

describe('a convolution by Winograd transforms', () => {
  it('gives the numbers of the plain sums, and so do its gradients', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(cases(9), cases(20)), async (given) => {
        expect(hasWinograd(geometryOf(given))).toBe(true);
        await compare(given);
      }),
      { numRuns: 40 },
    );
  });

  it.each([6, 8])('gives them for more tiles than are transformed at a time, kernel %i', async (kernel) => {
    await compare({ x: [1, 330, 330, 16], filter: [kernel, kernel, 16, 16], strides: [3, 3], pad: 'same' });
  });

  it('does not hide a NaN', async () => {
    await useBackend('wasm', { threads: 1 });
    const [y] = await read(() => {
      const x = tf.buffer<tf.Rank.R4>([1, 32, 32, 16]);
      x.set(Number.NaN, 0, 9, 20, 3);
      return [tf.conv2d(x.toTensor(), tf.ones<tf.Rank.R4>([4, 4, 16, 16]), 2, 'same')];
    });
    const at = (row: number, column: number) => y![(row * 16 + column) * 16]!;
    // Pixel (9, 20) belongs to the windows of rows 4 and 5, columns 9 and 10.
    for (const row of [4, 5]) for (const column of [9, 10]) expect(at(row, column)).toBeNaN();
    expect([at(1, 9), at(8, 9), at(4, 6), at(4, 13)]).toEqual([0, 0, 0, 0]);
  });

  it('is taken for kernels of two or three times the stride, with enough channels and tiles, and not too many weights', () => {
    const good: Case = { x: [1, 32, 32, 16], filter: [4, 4, 16, 16], strides: [2, 2], pad: 'same' };
    const taken = (changes: Partial<Case>) => hasWinograd(geometryOf({ ...good, ...changes }));
    expect(taken({})).toBe(true);
    expect(taken({ x: [1, 28, 32, 16] })).toBe(false);
    expect(taken({ x: [4, 8, 32, 16] })).toBe(true);
    for (const filter of [
      [3, 4, 16, 16],
      [4, 3, 16, 16],
      [5, 4, 16, 16],
      [4, 4, 16, 12],
      [4, 4, 16, 18],
    ])
      expect(taken({ filter: filter as Four })).toBe(false);
    const sizes: [kernel: number, stride: number][] = [
      [2, 1],
      [3, 1],
      [5, 2],
      [6, 2],
      [8, 3],
    ];
    for (const [kernel, stride] of sizes)
      expect(taken({ x: [9, 32, 32, 16], filter: [kernel, kernel, 16, 16], strides: [stride, stride] })).toBe(
        true,
      );
    // Too little saved, or too many taps.
    for (const [kernel, stride] of [
      [3, 2],
      [7, 3],
      [4, 1],
      [7, 2],
    ] as typeof sizes)
      expect(taken({ x: [9, 32, 32, 16], filter: [kernel, kernel, 16, 16], strides: [stride, stride] })).toBe(
        false,
      );
    for (const channels of [12, 18])
      expect(taken({ x: [1, 32, 32, channels], filter: [4, 4, channels, 16] })).toBe(false);
    expect(taken({ x: [1, 32, 32, 256], filter: [4, 4, 256, 908] })).toBe(true);
    expect(taken({ x: [1, 32, 32, 256], filter: [4, 4, 256, 912] })).toBe(false);
    const dilated = geometry(
      tf.backend_util.computeConv2DInfo([8, 32, 32, 16], [4, 4, 16, 16], 2, 2, 'same'),
    );
    expect(hasWinograd(dilated)).toBe(false);
  });
});
