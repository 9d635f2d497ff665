import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey } from './images.js';

describe('cutout', () => {
  it('covers rectangles of the size asked for', () => {
    const params = { holes: [{ left: 0.25, top: 0.5, width: 0.5, height: 0.125 }] };
    const { data } = a.cutout({ fill: 7 }).apply(grey(100), params);
    expect(data.filter((value: number) => value === 7)).toHaveLength(32 * 8);
    expect(data[32 * 64 + 16]).toBe(7);
    expect(data[31 * 64 + 16]).toBe(100);
  });
});
