import { gridDistortion } from '@cxr/augment';
import { expect, it } from 'vitest';
import { grey, noise } from './images.js';

const params = { columns: [0.5, -0.5], rows: [0, 0] };

it('moves boxes as it moves pixels', () => {
  // The left half of the result shows the left 3/4 of the image.
  const size = { height: 40, width: 80 };
  const box = gridDistortion({ cells: 2 }).applyToBoxes([[30, 10, 60, 20]], params, size)[0]!;
  expect(box).toEqual([20, 10, 40, 20].map((value) => expect.closeTo(value, 9)));
  const image = grey(0, 40, 80);
  for (let y = 10; y < 20; y++) image.data.fill(200, y * 80 + 30, y * 80 + 60);
  const { data } = gridDistortion({ cells: 2, interpolation: 'nearest' }).apply(image, params);
  expect([19, 20, 39, 40].map((x) => data[15 * 80 + x])).toEqual([0, 200, 200, 0]);
});

it('without a change changes nothing', () => {
  const image = noise({ height: 31, width: 17, channels: 3, seed: 2 });
  const same = { columns: [0, 0, 0], rows: [0, 0, 0] };
  // A fraction is dropped, so a position that is off by a rounding may cost a level.
  const { data } = gridDistortion({ cells: 3 }).apply(image, same);
  expect(data.every((value, i) => image.data[i]! - value <= 1 && value <= image.data[i]!)).toBe(true);
});
