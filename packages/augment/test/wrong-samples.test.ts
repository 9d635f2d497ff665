import * as a from '@cxr/augment';
import { expect, it } from 'vitest';
import { grey } from './images.js';

const image = grey(100, 16, 16);
const key = { seed: 1, epoch: 0, index: 3 };
const augmented = (sample: unknown) => () => a.augment(a.horizontalFlip(), sample as a.Sample, key);

it.each(['masks', 'box', 'images', 'Mask'])('an unknown part, %s, is refused', (part) => {
  const error = new RangeError(
    `unknown part '${part}' of a sample (it has image, mask, softMask, boxes, points)`,
  );
  expect(augmented({ image, [part]: [] })).toThrow(error);
  const { record } = a.augment(a.invert(), { image }, key);
  expect(() => a.replay(a.invert(), { image, [part]: [] }, record)).toThrow(error);
});

it('an image with its name and label is a sample', () => {
  expect(Object.keys(augmented({ image, name: 'x.png', label: 1 })())).toEqual(['image', 'record']);
});

it.each([
  [[Number.NaN, 0, 1, 1]],
  [[0, 0, Infinity, 1]],
  [[5, 5, 2]],
  [[1, 2, 3, 4, 5]],
  [[5, 5, 2, 2]],
  [[0, 5, 2, 2]],
  [['1', 0, 2, 2]],
  [5],
  [undefined],
])('the box %j is refused', (box) => {
  for (const transform of [a.horizontalFlip(), a.invert()]) {
    expect(() => a.augment(transform, { image, boxes: [[0, 0, 1, 1], box as never] }, key)).toThrow(
      /^invalid boxes\[1\]: /,
    );
  }
});

it('boxes that are no list are refused', () => {
  for (const boxes of [5, { 0: [0, 0, 1, 1] }, null, 'x']) {
    expect(augmented({ image, boxes })).toThrow(TypeError);
  }
  expect(augmented({ image, boxes: [0, 0, 1, 1] })).toThrow(/^invalid boxes\[0\]: 0/);
});

it('a box that an earlier augmentation lost stays lost', () => {
  expect(augmented({ image, boxes: [null, [0, 0, 4, 4]] })()).toMatchObject({
    boxes: [null, [12, 0, 16, 4]],
  });
});

it('a missing argument is named', () => {
  const call = a.augment as (...args: unknown[]) => unknown;
  expect(() => call(a.invert(), { image })).toThrow(
    new TypeError('augment takes a key { seed, epoch, index } after the sample, not undefined'),
  );
  expect(() => call(a.invert(), { image }, 1)).toThrow(TypeError);
  expect(() => call(a.invert(), {}, key)).toThrow(
    new TypeError('augment takes a sample { image, mask, boxes } with an image'),
  );
  expect(() => call(a.invert(), undefined, key)).toThrow(TypeError);
  expect(() => call(a.invert, { image }, key)).toThrow(
    new TypeError('augment: the first argument is no transform, but a function (call it: invert(…))'),
  );
});
