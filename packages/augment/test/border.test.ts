import { type AffineMatrix, type Fill, type Interpolation, warpAffine } from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { wrap } from './images.js';

/** 20° about the centre of 31 × 24 pixels. */
const TURN: AffineMatrix = [0.94, 0.342, -3.17, -0.342, 0.94, 6.02];

describe.each<Interpolation>(['nearest', 'bilinear', 'bicubic'])('the border, %s', (interpolation) => {
  it.each<Fill>(['edge', 'reflect', 1001])('keeps a flat 16-bit image flat, fill %s', (fill) => {
    for (const channels of [1, 3]) {
      const data = new Uint16Array(24 * 31 * channels).fill(1001);
      const sampling = { interpolation, fill };
      expect(warpAffine(wrap(data, 24, 31, channels), TURN, sampling).data).toEqual(data);
    }
  });

  it.each(['edge', 'reflect'] as const)('shifts whole pixels without mixing rows, fill %s', (fill) => {
    for (const [dx, dy] of [
      [3, 0],
      [-4, 0],
      [0, 2],
      [0, -5],
    ] as const) {
      const inside = (i: number, n: number) => {
        if (fill === 'edge') return Math.max(0, Math.min(n - 1, i));
        return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
      };
      for (const Type of [Uint8Array, Uint16Array]) {
        const data = new Type(24 * 31);
        const expected = new Type(24 * 31);
        for (let y = 0; y < 24; y++) {
          for (let x = 0; x < 31; x++) {
            data[y * 31 + x] = 7 * y + x;
            expected[y * 31 + x] = 7 * inside(y + dy, 24) + inside(x + dx, 31);
          }
        }
        const result = warpAffine(wrap(data, 24, 31, 1), [1, 0, dx, 0, 1, dy], { interpolation, fill });
        expect(result.data).toEqual(expected);
      }
    }
  });
});

it('takes the nearest row beyond the left and right edge, too', () => {
  // Source rows lie a quarter of a pixel higher: still nearest to their own row.
  const data = Uint8Array.from({ length: 24 * 31 }, (_, i) => Math.floor(i / 31));
  const sampling = { interpolation: 'nearest', fill: 'edge' } as const;
  for (const dx of [5.25, -5.25]) {
    const result = warpAffine(wrap(data, 24, 31, 1), [1, 0, dx, 0, 1, -0.25], sampling);
    expect(result.data).toEqual(data);
  }
});
