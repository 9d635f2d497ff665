import { frechetDistance, kid, memorisation, prdc, Statistics } from '@cxr/fid';
import { createRng, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { expect, it } from 'vitest';

const rng = createRng(1);
const values = () => Float32Array.from({ length: 40 }, () => rng.uniform());
const [a, b] = [values(), values()];

it('activations without strides are row-major', () => {
  const plain = (data: Float32Array) => ({ data, shape: [10, 4] }) as unknown as NdArray<Float32Array>;
  const full = (data: Float32Array) => ndarray(data, [10, 4]);
  expect(kid(plain(a), plain(b))).toEqual(kid(full(a), full(b)));
  expect(prdc(plain(a), plain(b))).toEqual(prdc(full(a), full(b)));
  expect(memorisation(plain(a), plain(b))).toEqual(memorisation(full(a), full(b)));
  const distance = (view: typeof plain) => frechetDistance(Statistics.of(view(a)), Statistics.of(view(b)));
  expect(distance(plain)).toBe(distance(full));
});

it.each<[string, (full: NdArray<Float32Array>) => NdArray<Float32Array>]>([
  ['every second row', (full) => padded(full, [20, 4]).step(2, 1)],
  ['every second column', (full) => padded(full, [10, 8]).step(1, 2)],
  ['rows from the last to the first', (full) => padded(full, [10, 4]).step(-1, 1)],
  ['columns as rows', (full) => padded(full.transpose(1, 0), [4, 10]).transpose(1, 0)],
  ['a part of more columns', (full) => padded(full, [10, 6]).lo(0, 1).hi(10, 4)],
  ['a part of more rows', (full) => padded(full, [12, 4]).lo(1, 0).hi(10, 4)],
])('activations may be %s of an ndarray', (_, view) => {
  const full = ndarray(a, [10, 4]);
  const other = view(full);
  // The same values in the same order, so the same numbers to the last bit.
  const copy = ndarray(new Float32Array(40), [10, 4]);
  for (let i = 0; i < 40; i++) copy.set(i >> 2, i & 3, other.get(i >> 2, i & 3));
  expect(kid(other, ndarray(b, [10, 4]))).toEqual(kid(copy, ndarray(b, [10, 4])));
  expect(Statistics.of(other).mu).toEqual(Statistics.of(copy).mu);
  expect(Statistics.of(other).sigma).toEqual(Statistics.of(copy).sigma);
});

/** An ndarray of this shape with the values in its first places, and others after them. */
function padded({ data }: NdArray<Float32Array>, shape: number[]): NdArray<Float32Array> {
  const [rows, columns] = shape as [number, number];
  return ndarray(
    Float32Array.from({ length: rows * columns }, (_, i) => data[i] ?? 10 + i),
    shape,
  );
}
