import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, moments } from './images.js';

describe('perspective', () => {
  it('survives corners that meet, with the horizon at the image', () => {
    const params: a.PerspectiveParams = {
      corners: [
        [0.5, 0.5],
        [-0.5, 0.5],
        [-0.5, -0.5],
        [0.3, -0.2],
      ],
    };
    for (const interpolation of ['nearest', 'bilinear', 'bicubic'] as const) {
      const { data } = a.perspective({ interpolation, fill: 'reflect' }).apply(grey(100), params);
      // Every position has a value: a mirror image of one grey is that grey.
      expect(data).toEqual(grey(100).data);
    }
  });

  it('moves each corner inwards, by half the distortion at most, evenly', () => {
    // To the right and down from the top left corner, to the left from the right ones, up from the lower ones.
    const signs = [
      [1, 1],
      [-1, 1],
      [-1, -1],
      [1, -1],
    ];
    const moves = Array.from({ length: 500 }, (_, i) => a.perspective().sample(a.createRng(1, i))!.corners);
    for (const [corner, pair] of signs.entries()) {
      for (const [axis, sign] of pair.entries()) {
        const values = moves.map((corners) => sign * corners[corner]![axis]!);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...values)).toBeLessThan(0.25);
        // The mean of 500 even numbers in 0..0.25 is known to 0.013 (4 sigma).
        expect(Math.abs(moments(values).mean - 0.125)).toBeLessThan(0.013);
      }
    }
  });
});
