import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey } from './images.js';

describe('perspective', () => {
  it('survives corners that cross, with the horizon in the image', () => {
    const params: a.PerspectiveParams = {
      corners: [
        [0.9, 0.1],
        [-0.2, 0.7],
        [-0.8, -0.9],
        [0.3, -0.2],
      ],
    };
    for (const interpolation of ['nearest', 'bilinear', 'bicubic'] as const) {
      const { data } = a.perspective({ interpolation, fill: 'reflect' }).apply(grey(100), params);
      // Every position has a value: a mirror image of one grey is that grey.
      expect(data).toEqual(grey(100).data);
    }
  });
});
