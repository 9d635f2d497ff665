import {
  affineMatrix,
  augment,
  createRng,
  horizontalFlip,
  invertAffine,
  multiplyAffine,
  replay,
  rotate,
  transformPoint,
  verticalFlip,
  warpAffine,
} from '@cxr/augment';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERY } from './every-transform.js';
import { anyImage, anySeed, noise, waves, white } from './images.js';

describe.each(Object.entries(EVERY))('%s', (_, transform) => {
  it('keeps type and range, leaves its input alone, and makes the size it says', () => {
    fc.assert(
      fc.property(anyImage, anySeed, (image, seed) => {
        const before = image.data.slice();
        const params = transform.sample(createRng(seed));
        const result = transform.apply(image, params);
        expect(image.data).toEqual(before);
        expect(result.dtype).toBe(image.dtype);
        const size = transform.outputSize({ height: image.shape[0]!, width: image.shape[1]! }, params);
        expect(result.shape).toEqual([size.height, size.width, image.shape[2]]);
        expect(result.data).toHaveLength(size.height * size.width * image.shape[2]!);
        const max = white(image);
        expect(result.data.every((value: number) => value >= 0 && value <= max)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('does the same again when replayed from JSON, to image, mask and boxes', () => {
    fc.assert(
      fc.property(anyImage, anySeed, fc.nat(), (image, seed, index) => {
        const sample = { image, mask: image, boxes: [[0.5, 0.25, 1, 1]] as const };
        const { record, ...first } = augment(transform, sample, { seed, epoch: 3, index });
        expect(replay(transform, sample, JSON.parse(JSON.stringify(record)))).toEqual(first);
      }),
      { numRuns: 25 },
    );
  });

  it('gives masks no new classes, and boxes inside the image', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const mask = noise({ height: 20, width: 17, seed });
        mask.data.forEach((value: number, i: number) => {
          mask.data[i] = value % 3;
        });
        const size = { height: 20, width: 17 };
        const params = transform.sample(createRng(seed));
        const moved = transform.applyToMask(mask, params);
        expect([...moved.data].every((value) => value < 3)).toBe(true);
        const { height, width } = transform.outputSize(size, params);
        expect(moved.shape).toEqual([height, width, 1]);
        for (const box of transform.applyToBoxes([[2, 3, 9, 15]], params, size)) {
          if (box === null) continue;
          const [left, top, right, bottom] = box;
          expect(left >= 0 && left < right && right <= width).toBe(true);
          expect(top >= 0 && top < bottom && bottom <= height).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('flips', () => {
  it('twice is the identity', () => {
    fc.assert(
      fc.property(anyImage, fc.constantFrom(horizontalFlip(), verticalFlip()), (image, flip) => {
        expect(flip.apply(flip.apply(image, {}), {})).toEqual(image);
      }),
    );
  });
});

describe('rotation', () => {
  it('by whole turns is the identity', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: -3, max: 3 }), (image, turns) => {
        const transform = rotate({ degrees: 0, interpolation: 'bicubic' });
        expect(transform.apply(image, { degrees: 360 * turns })).toEqual(image);
      }),
    );
  });

  it('by four quarter turns of a square, or two half turns of anything, is the identity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.constantFrom(1, 3), anyImage, (side, channels, any) => {
        const transform = rotate({ degrees: 0 });
        const square = noise({ height: side, width: side, channels });
        let turned = square;
        for (let i = 0; i < 4; i++) turned = transform.apply(turned, { degrees: 90 });
        expect(turned).toEqual(square);
        expect(transform.apply(transform.apply(any, { degrees: 180 }), { degrees: -180 })).toEqual(any);
      }),
    );
  });

  it('goes counter-clockwise', () => {
    const image = noise({ height: 3, width: 3 });
    const turned = rotate({ degrees: 90 }).apply(image, { degrees: 90 });
    expect(turned.get(0, 0, 0)).toBe(image.get(0, 2, 0));
  });
});

const anyParts = fc.record({
  degrees: fc.double({ min: -30, max: 30, noNaN: true }),
  translate: fc.tuple(
    fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    fc.double({ min: -0.1, max: 0.1, noNaN: true }),
  ),
  scale: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  shear: fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.double({ min: -8, max: 8, noNaN: true })),
});

describe('affine transforms', () => {
  const size = { height: 60, width: 80 };

  it('of points: the product is one after the other, and the inverse undoes', () => {
    fc.assert(
      fc.property(anyParts, anyParts, (first, second) => {
        const [m, n] = [affineMatrix(first, size), affineMatrix(second, size)];
        const [x, y] = transformPoint(multiplyAffine(m, n), 12, 34);
        const [u, v] = transformPoint(m, ...transformPoint(n, 12, 34));
        expect([x, y]).toEqual([expect.closeTo(u, 9), expect.closeTo(v, 9)]);
        const back = transformPoint(invertAffine(m), ...transformPoint(m, 12, 34));
        expect(back).toEqual([expect.closeTo(12, 9), expect.closeTo(34, 9)]);
      }),
    );
  });

  it('of images: the product does in one warp what both do in turn', () => {
    const image = waves(size.height, size.width);
    const sampling = { interpolation: 'bicubic', fill: 0 } as const;
    fc.assert(
      fc.property(anyParts, anyParts, (first, second) => {
        const [m, n] = [affineMatrix(first, size), affineMatrix(second, size)];
        const twice = warpAffine(warpAffine(image, m, sampling), n, sampling);
        const once = warpAffine(image, multiplyAffine(m, n), sampling);
        // Nearer to an edge than that, a cubic takes the edge for the neighbours that it lacks.
        const within = ([x, y]: readonly [number, number]) =>
          x >= 2 && y >= 2 && x <= size.width - 2 && y <= size.height - 2;
        // The second warp mixes 16 pixels of the first: all of them must show the source, not the fill.
        const mixesNoFill = ([x, y]: readonly [number, number]) =>
          [-2.5, 2.5].every((dx) => [-2.5, 2.5].every((dy) => within(transformPoint(m, x + dx, y + dy))));
        let compared = 0;
        let worst = 0;
        for (let i = 0; i < once.data.length; i++) {
          const between = transformPoint(n, (i % size.width) + 0.5, Math.floor(i / size.width) + 0.5);
          if (!within(between) || !mixesNoFill(between)) continue;
          compared++;
          worst = Math.max(worst, Math.abs(once.data[i]! - twice.data[i]!));
        }
        // Pillow's cubic (a = -1) does not even keep a slope: it is off by up to 0.0962 of the step between neighbours,
        // t(1 - t)(1 - 2t) at its greatest. These waves' steps add up to 0.25 / 9 + 0.25 / 7: 0.0061 a time. Three times it
        // is done here, once of what is already a quarter steeper, once with its error weighted anew.
        expect(worst).toBeLessThan(0.025);
        expect(compared).toBeGreaterThan(500);
      }),
      { numRuns: 30 },
    );
  });

  it('of boxes: a box around one bright pixel still holds it', () => {
    fc.assert(
      fc.property(
        anyParts,
        fc.integer({ min: 25, max: 35 }),
        fc.integer({ min: 25, max: 50 }),
        (parts, y, x) => {
          const image = noise({ ...size, seed: 1 });
          image.data.fill(0);
          image.set(y, x, 0, 255);
          const transform = EVERY.affine!;
          const params = parts;
          const result = transform.apply(image, params);
          const [box] = transform.applyToBoxes([[x, y, x + 1, y + 1]], params, size);
          const at = result.data.indexOf(Math.max(...result.data));
          const [u, v] = [(at % size.width) + 0.5, Math.floor(at / size.width) + 0.5];
          expect(box).not.toBeNull();
          // The brightest pixel's centre is within half a pixel of the spot's.
          expect(u).toBeGreaterThan(box![0] - 0.51);
          expect(u).toBeLessThan(box![2] + 0.51);
          expect(v).toBeGreaterThan(box![1] - 0.51);
          expect(v).toBeLessThan(box![3] + 0.51);
        },
      ),
    );
  });
});
