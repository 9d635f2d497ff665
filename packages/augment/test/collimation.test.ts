import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey } from './images.js';

describe('collimation', () => {
  it('blackens what lies beyond the edges', () => {
    const params = { left: 0.25, top: 0.125, right: 0, bottom: 0.25, degrees: 0 };
    const { data } = a.collimation().apply(grey(100), params);
    const open = (x: number, y: number) => x >= 16 && y >= 8 && y < 48;
    expect([...data]).toEqual(Array.from({ length: 4096 }, (_, i) => (open(i % 64, i >> 6) ? 100 : 0)));
  });

  it('turns with the collimator', () => {
    const params = { left: 0.25, top: 0.25, right: 0.25, bottom: 0.25, degrees: 45 };
    const image = a.collimation({ level: 1 }).apply(grey(100), params);
    // A square of half side 16 on its corner reaches 22.6 pixels from the middle along the axes.
    expect([9, 10, 53, 54].map((x) => image.get(32, x, 0))).toEqual([255, 100, 100, 255]);
    expect(image.get(20, 20, 0)).toBe(255);
  });
});
