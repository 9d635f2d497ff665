import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

describe('horizontalFlip', () => {
  it('flips what a view shows', () => {
    const image = noise({ height: 5, width: 6, channels: 3, seed: 3 });
    const view = image.lo(1, 2, 0).hi(3, 3, 3) as a.Image;
    const flipped = a.horizontalFlip().apply(view, {});
    expect(flipped.shape).toEqual([3, 3, 3]);
    expect(flipped.get(0, 0, 2)).toBe(image.get(1, 4, 2));
  });
});
