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
