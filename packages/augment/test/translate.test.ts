import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

describe('translate', () => {
  const image = noise({ height: 5, width: 6, channels: 3, seed: 3 });

  it('moves by whole pixels and back', () => {
    const transform = a.translate({ fill: 'edge' });
    const there = transform.apply(image, { translate: [0.34, -0.2] });
    expect(there.get(0, 3, 1)).toBe(image.get(1, 1, 1));
    expect(there.get(0, 0, 1)).toBe(image.get(1, 0, 1));
    const boxes = [
      [0, 1, 2, 5],
      [5, 0, 6, 5],
    ] as const;
    const moved = transform.applyToBoxes(boxes, { translate: [0.34, -0.2] }, { height: 5, width: 6 });
    expect(moved).toEqual([[2, 0, 4, 4], null]);
  });
});
