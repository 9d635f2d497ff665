import { rotate } from '@cxr/augment';
import { expect, it } from 'vitest';

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
