import { contrast } from '@cxr/augment';
import { expect, it } from 'vitest';
import { wrap } from './images.js';

const flat = contrast({ factor: 0 });

it.each([1, 2, 3, 4, 5, 7, 8, 1031])('takes the mean of all of %i samples', (count) => {
  const data = Uint8Array.from({ length: count }, (_, i) => 200 - (i % 3) * 90);
  const mean = Math.trunc(data.reduce((sum, value) => sum + value, 0) / count + 0.5);
  expect(flat.apply(wrap(data, 1, count, 1), { factor: 0 }).data).toEqual(new Uint8Array(count).fill(mean));
});

it('takes samples that begin at any byte of a buffer', () => {
  const buffer = Uint8Array.from({ length: 80 }, (_, i) => 3 * i);
  for (let start = 0; start < 5; start++) {
    const view = buffer.subarray(start, start + 70);
    const copy = view.slice();
    const factor = 1.5;
    expect(flat.apply(wrap(view, 7, 10, 1), { factor }).data).toEqual(
      flat.apply(wrap(copy, 7, 10, 1), { factor }).data,
    );
  }
});

it('is exact for the brightest image, whose sum is largest', () => {
  const white = new Uint8Array(4 * 128 * 9 + 3).fill(255);
  expect(flat.apply(wrap(white, 1, white.length, 1), { factor: 0 }).data).toEqual(white);
});
