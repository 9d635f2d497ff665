import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { shares } from './shares.js';

const three = [a.invert(), a.equalize(), a.verticalFlip()];

describe('someOf', () => {
  it('takes every subset of the size alike', () => {
    const found = shares(a.someOf(three, { count: 2 }));
    expect(Object.keys(found).sort()).toEqual([
      'equalize+verticalFlip',
      'invert+equalize',
      'invert+verticalFlip',
    ]);
    for (const share of Object.values(found)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.03);
  });

  it('takes each number in its range alike, and leaves out with probability 1 − p', () => {
    const found = shares(a.someOf(three, { count: [1, 3], p: 0.6 }));
    const bySize = [0, 0, 0, 0];
    for (const [key, share] of Object.entries(found))
      bySize[key === '' ? 0 : key.split('+').length]! += share;
    for (const [size, share] of [0.4, 0.2, 0.2, 0.2].entries()) {
      expect(Math.abs(bySize[size]! - share), String(size)).toBeLessThan(0.035);
    }
  });

  it.each([2, -1, 0.5, [1, 2], [0, 0.5], Number.NaN])('refuses a count of %j of one', (count) => {
    expect(() => a.someOf([a.invert()], { count: count as a.NumberRange })).toThrow(RangeError);
  });
});
