import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { shares } from './shares.js';

const three = [a.invert(), a.equalize(), a.verticalFlip()];

describe('oneOf', () => {
  it('takes each as often as its weight says', () => {
    const found = shares(a.oneOf(three, { weights: [1, 0, 3] }));
    expect(Object.keys(found).sort()).toEqual(['invert', 'verticalFlip']);
    expect(Math.abs(found.invert! - 0.25)).toBeLessThan(0.03);
  });

  it('takes each alike without weights, and leaves out with probability 1 − p', () => {
    const found = shares(a.oneOf(three, { p: 0.6 }));
    expect(Math.abs(found['']! - 0.4)).toBeLessThan(0.035);
    for (const name of ['invert', 'equalize', 'verticalFlip']) {
      expect(Math.abs(found[name]! - 0.2)).toBeLessThan(0.03);
    }
  });

  it('takes the last that can be taken where rounding leaves a rest', () => {
    const almostOne = { ...a.createRng(1), uniform: () => 1 - 2 ** -53 };
    const names = (weights: number[]) =>
      a
        .oneOf(three, { weights })
        .sample(almostOne)!
        .flatMap((step) => (step.params === null ? [] : [step.name]));
    expect(names([0.1, 0.2, 0])).toEqual(['equalize']);
    expect(names([0.1, 0.7, 0.1])).toEqual(['verticalFlip']);
  });

  it.each([
    [[], 'invalid weights: [] for 1 transforms'],
    [[1, 2], 'invalid weights: [1,2] for 1 transforms'],
    [[-1], 'invalid weights: [-1] for 1 transforms'],
    [[0], 'invalid weights: [0] for 1 transforms'],
    [[Infinity], 'invalid weights: [Infinity] for 1 transforms'],
    [[Number.NaN], 'invalid weights: [NaN] for 1 transforms'],
  ])('refuses weights %j', (weights, message) => {
    expect(() => a.oneOf([a.invert()], { weights })).toThrow(new RangeError(message));
  });

  it('refuses one negative weight among others', () => {
    const weights = [2, -1, 3];
    expect(() => a.oneOf(three, { weights })).toThrow(
      new RangeError('invalid weights: [2,-1,3] for 3 transforms'),
    );
  });

  it('refuses no transforms', () => {
    expect(() => a.oneOf([])).toThrow(new RangeError('invalid weights: [] for 0 transforms'));
  });
});
