import { simdModule } from '@cxr/image';
import { afterEach, expect, it, vi } from 'vitest';
import { SIMD_MODULE } from '../src/simd/binary.js';

afterEach(() => vi.unstubAllGlobals());

it('gives parts at multiples of 16 that do not overlap, with room around each', () => {
  const { at, bytes } = simdModule(SIMD_MODULE)(1, 100, 200_000)!;
  expect(at.map((place) => place % 16)).toEqual([0, 0, 0]);
  expect(at[0]).toBeGreaterThanOrEqual(32);
  expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(1 + 32);
  expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(100 + 32);
  expect(bytes.length).toBeGreaterThanOrEqual(at[2]! + 200_000 + 32);
});

it('gives nothing for more than 128 MiB, where memory is refused, for a broken module, or without WebAssembly', () => {
  const claim = simdModule(SIMD_MODULE);
  expect(claim(2 ** 27)).toBeNull();
  expect(claim(2 ** 20)).not.toBeNull();
  expect(simdModule('AAAA')(1)).toBeNull();
  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('out of memory');
  });
  expect(simdModule(SIMD_MODULE)(2 ** 20)).toBeNull();
  vi.restoreAllMocks();
  vi.stubGlobal('WebAssembly', undefined);
  expect(simdModule(SIMD_MODULE)(1)).toBeNull();
});
