import { fromImageData } from '@cxr/image';
import { expect, it } from 'vitest';

const rgba = (count: number) => Uint8Array.from({ length: 4 * count }, (_, i) => (37 * i + 11) & 255);

it.each([1, 2, 3, 4, 5, 7, 8, 21])('drops the alpha channel of %i pixels', (count) => {
  const source = rgba(count);
  const expected = source.filter((_, i) => i % 4 !== 3);
  const result = fromImageData({ data: new Uint8ClampedArray(source), width: count, height: 1 });
  expect(result.data).toEqual(expected);
  expect(result.data).toBeInstanceOf(Uint8Array);
  expect(result.shape).toEqual([1, count, 3]);
});

it('takes data that begins at any byte of a buffer', () => {
  for (let start = 0; start < 9; start++) {
    const data = rgba(30).subarray(start, start + 4 * 21);
    const result = fromImageData({ data, width: 7, height: 3 });
    expect(result.data).toEqual(data.filter((_, i) => i % 4 !== 3));
    expect(result.shape).toEqual([3, 7, 3]);
  }
});

it('refuses data of another length', () => {
  expect(() => fromImageData({ data: new Uint8Array(12), width: 2, height: 2 })).toThrow(
    new RangeError('invalid data length: 12 for 2 × 2 RGBA'),
  );
});
