import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, noise } from './images.js';
import { shares } from './shares.js';

const three = [a.invert(), a.equalize(), a.verticalFlip()];

describe('compose', () => {
  it('applies each in turn to image, mask and boxes', () => {
    const image = noise({ height: 20, width: 30, seed: 1 });
    const steps: a.Transform[] = [
      a.crop({ height: 10, width: 12 }),
      a.pad({ border: [1, 2, 3, 4], fill: 9 }),
      a.horizontalFlip(),
    ];
    const params: a.Json[] = [{ x: 0.5, y: 0.25 }, {}, {}];
    const whole = a.compose(steps);
    const named = steps.map(({ name }, i) => ({ name, params: params[i]! }));
    const inTurn = steps.reduce((result, step, i) => step.apply(result, params[i]!), image);
    expect(whole.apply(image, named)).toEqual(inTurn);
    const masks = steps.reduce((result, step, i) => step.applyToMask(result, params[i]!), image);
    expect(whole.applyToMask(image, named)).toEqual(masks);
    expect(whole.outputSize({ height: 20, width: 30 }, named)).toEqual({ height: 16, width: 16 });
    // The crop begins at (9, 2); the pad adds 1 and 2; the flip turns 16 − x.
    expect(whole.applyToBoxes([[10, 4, 13, 8], null], named, { height: 20, width: 30 })).toEqual([
      [11, 4, 14, 8],
      null,
    ]);
  });

  it('leaves a step out where its parameters are null', () => {
    expect(Math.abs(shares(a.compose([a.invert({ p: 0.3 })])).invert! - 0.3)).toBeLessThan(0.03);
    const image = grey(3);
    expect(a.compose([a.invert()]).apply(image, [{ name: 'invert', params: null }])).toBe(image);
    expect(a.compose([a.invert()]).apply(image, null)).toBe(image);
  });

  it('refuses parameters of another pipeline', () => {
    const image = grey(1);
    const { record } = a.augment(a.compose(three), { image }, { seed: 1, epoch: 0, index: 0 });
    const others = [a.compose([a.invert()]), a.compose([a.invert(), a.verticalFlip(), a.equalize()])];
    for (const other of others) {
      expect(() => a.replay(other, { image }, record)).toThrow(/not the parameters of this compose/);
    }
    expect(() => a.replay(a.invert(), { image }, record)).toThrow(/'compose' cannot be replayed by 'invert'/);
    expect(() => a.compose(three).apply(image, {} as never)).toThrow(TypeError);
  });

  it.each([
    [a.invert(), 'compose takes an array of transforms'],
    [[a.invert], 'compose: item 0 is no transform, but a function (call it: invert(…))'],
    [[a.invert(), null], 'compose: item 1 is no transform'],
    [[{}], 'compose: item 0 is no transform'],
  ])('refuses what is no transform: %#', (transforms, message) => {
    expect(() => a.compose(transforms as never)).toThrow(new TypeError(message));
  });
});
