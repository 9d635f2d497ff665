import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { shares } from './shares.js';

describe('sometimes', () => {
  it('leaves out as often as it says', () => {
    const found = shares(a.sometimes(a.compose([a.invert()]), 0.3));
    expect(Math.abs(found.invert! - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(found['']! - 0.7)).toBeLessThan(0.03);
  });

  it('keeps the name', () => {
    expect(a.sometimes(a.invert(), 0.3).name).toBe('invert');
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses a probability of %d', (p) => {
    expect(() => a.sometimes(a.invert(), p)).toThrow(new RangeError(`invalid p: ${p}`));
  });

  it('refuses options in place of the probability', () => {
    expect(() => a.sometimes(a.invert(), { p: 0.5 } as never)).toThrow(
      new RangeError('invalid p: [object Object]'),
    );
  });
});
