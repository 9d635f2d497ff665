import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { batchPixels } from '../src/engines/engine.js';

const SIDE = 299;
const LENGTH = SIDE * SIDE * 3;

/** A batch `shape` of bytes that no step of a stride repeats. */
function batch(...shape: number[]): NdArray<Uint8Array> {
  const length = shape.reduce((product, side) => product * side, 1);
  return ndarray(
    Uint8Array.from({ length }, (_, i) => (i * 2654435761) >>> 24),
    shape,
  );
}

/** The values in row-major order, one by one. */
function values(view: NdArray<Uint8Array>): Uint8Array {
  const [count] = view.shape as [number];
  const out = new Uint8Array(count * LENGTH);
  let at = 0;
  for (let n = 0; n < count; n++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) for (let c = 0; c < 3; c++) out[at++] = view.get(n, y, x, c);
  return out;
}

const isCopy = (view: NdArray<Uint8Array>) => batchPixels(view).pixels.buffer !== view.data.buffer;
const equal = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Buffer.compare(Buffer.from(a as Uint8Array), Buffer.from(b as Uint8Array)) === 0;

describe('batchPixels', () => {
  it.each<[string, NdArray<Uint8Array>]>([
    ['a whole batch', batch(2, SIDE, SIDE, 3)],
    ['the last images of one', batch(3, SIDE, SIDE, 3).lo(1, 0, 0, 0)],
    ['one image, whatever the step to the next', batch(3, SIDE, SIDE, 3).step(2, 1, 1, 1).lo(1, 0, 0, 0)],
  ])('gives the memory of %s itself', (_, view) => {
    expect(batchPixels(view).count).toBe(view.shape[0]);
    expect(isCopy(view)).toBe(false);
    expect(equal(batchPixels(view).pixels, values(view))).toBe(true);
  });

  it.each<[string, NdArray<Uint8Array>]>([
    ['every second image', batch(4, SIDE, SIDE, 3).step(2, 1, 1, 1)],
    ['a part of higher images', batch(2, SIDE + 1, SIDE, 3).lo(0, 1, 0, 0)],
    ['a part of wider images', batch(1, SIDE, SIDE + 1, 3).lo(0, 0, 1, 0)],
    ['every second row', batch(1, 2 * SIDE, SIDE, 3).step(1, 2, 1, 1)],
    ['every second pixel', batch(1, SIDE, 2 * SIDE, 3).step(1, 1, 2, 1)],
    ['three of four channels', batch(1, SIDE, SIDE, 4).hi(1, SIDE, SIDE, 3)],
    ['channels from the last to the first', batch(1, SIDE, SIDE, 3).step(1, 1, 1, -1)],
    ['rows as columns', batch(1, SIDE, SIDE, 3).transpose(0, 2, 1, 3)],
    [
      'the first column, repeated',
      ndarray(batch(1, SIDE, SIDE, 3).data, [1, SIDE, SIDE, 3], [LENGTH, 3 * SIDE, 0, 1]),
    ],
    ['planes', batch(1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)],
  ])('puts %s in row-major order', (_, view) => {
    expect(isCopy(view)).toBe(true);
    expect(batchPixels(view).pixels).toBeInstanceOf(Uint8Array);
    expect(equal(batchPixels(view).pixels, values(view))).toBe(true);
  });

  it('keeps floats floats', () => {
    const { data } = batch(1, 3, SIDE, SIDE);
    const floats = ndarray(
      Float32Array.from(data, (value) => value / 256),
      [1, 3, SIDE, SIDE],
    );
    const { pixels } = batchPixels(floats.transpose(0, 2, 3, 1));
    expect(pixels).toBeInstanceOf(Float32Array);
    expect([...pixels.subarray(0, 4)]).toEqual([0, SIDE ** 2, 2 * SIDE ** 2, 1].map((i) => floats.data[i]));
  });

  it.each([[[SIDE, SIDE, 3]], [[1, SIDE, SIDE, 3, 1]], [[1, 3, SIDE, SIDE]], [[1, SIDE, SIDE, 1]]])(
    'refuses the shape %j',
    (shape) => {
      expect(() => batchPixels(batch(...shape) as never)).toThrow(
        new RangeError(`batch must be [n, 299, 299, 3]: [${shape}]`),
      );
    },
  );
});
