import { rotate } from '@cxr/augment';
import { expect, it } from 'vitest';
import { grey } from './images.js';

const size = { height: 40, width: 60 };
const turned = (degrees: number) =>
  rotate({ degrees }).applyToBoxes([[10, 5, 30, 15]], { degrees }, size)[0]!;

it('turns boxes counter-clockwise about the centre', () => {
  // The corner (10, 5) lies 20 left of the centre and 15 above it.
  for (const [degrees, box] of [
    [180, [30, 25, 50, 35]],
    [90, [15, 20, 25, 40]],
    [-90, [35, 0, 45, 20]],
  ] as const) {
    for (const [i, value] of turned(degrees).entries()) expect(value).toBeCloseTo(box[i]!, 9);
  }
});

it('with expand holds the whole image, and moves boxes with it', () => {
  const degrees = 30;
  const transform = rotate({ degrees, expand: true, interpolation: 'nearest' });
  const image = grey(0, size.height, size.width);
  for (let y = 5; y < 15; y++) image.data.fill(255, y * 60 + 10, y * 60 + 30);
  const result = transform.apply(image, { degrees });
  const { height, width } = transform.outputSize(size, { degrees });
  expect(result.shape).toEqual([height, width, 1]);
  expect(transform.applyToMask(image, { degrees }).shape).toEqual([height, width, 1]);
  const [left, top, right, bottom] = transform.applyToBoxes([[10, 5, 30, 15]], { degrees }, size)[0]!;
  const lit = [...result.data.keys()].filter((i) => result.data[i] === 255);
  const xs = lit.map((i) => i % width);
  const ys = lit.map((i) => Math.floor(i / width));
  // The box is the outline's; pixels whose centres lie within it are lit.
  expect(Math.abs(Math.min(...xs) - left)).toBeLessThan(1);
  expect(Math.abs(Math.max(...xs) + 1 - right)).toBeLessThan(1);
  expect(Math.abs(Math.min(...ys) - top)).toBeLessThan(1);
  expect(Math.abs(Math.max(...ys) + 1 - bottom)).toBeLessThan(1);
});
