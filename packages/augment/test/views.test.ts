import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { EVERY } from './every-transform.js';
import { noise, waves, wrap } from './images.js';

describe('the way back of points', () => {
  // Nothing to invert exactly where an elastic field folds over itself.
  it.each(Object.entries(EVERY).filter(([name]) => name !== 'elastic'))('%s', (_, transform) => {
    const size = { height: 37, width: 52 };
    for (let seed = 0; seed < 8; seed++) {
      const params = transform.sample(a.createRng(seed));
      const points = [
        [20.25, 17.5],
        [8, 30],
        [44, 3],
      ] as const;
      const back = transform.invertPoints(transform.applyToPoints(points, params, size), params, size);
      for (const [i, point] of back.entries()) {
        expect(point).toEqual(points[i]!.map((value) => expect.closeTo(value, 6)));
      }
    }
  });

  it('of a mild elastic one', () => {
    const size = { height: 60, width: 60 };
    const transform = a.elastic({ displacement: 0.02 });
    const params = transform.sample(a.createRng(1));
    const [moved] = transform.applyToPoints([[30, 20]], params, size);
    const [back] = transform.invertPoints([moved!], params, size);
    expect(back).toEqual([expect.closeTo(30, 3), expect.closeTo(20, 3)]);
  });
});

describe('views', () => {
  const image = noise({ height: 40, width: 50, seed: 1 });

  it('are those of augment, each with its record', () => {
    const all = a.views(image, a.chestXray(), 3, { seed: 5 });
    expect(all).toHaveLength(3);
    const { image: second, record } = a.augment(a.chestXray(), { image }, { seed: 5, epoch: 1, index: 0 });
    expect(all[1]!.image.data).toEqual(second.data);
    expect(all[1]!.record).toEqual(record);
  });

  it('bring a mask back exactly where pixels only moved', () => {
    const moves = a.compose([
      a.horizontalFlip(),
      a.rotate({ degrees: 90, expand: true }),
      a.pad({ border: [1, 2, 3, 4] }),
      a.verticalFlip(),
    ]);
    for (const channels of [1, 2, 3, 5]) {
      const mask = noise({ height: 40, width: 50, channels, seed: 2 });
      const [view] = a.views(image, moves, 1);
      const moved = moves.applyToMask(mask, view!.record.params as never);
      expect(moved.shape).toEqual([56, 44, channels]);
      expect(view!.invertMask(moved).data).toEqual(mask.data);
    }
  });

  it('bring soft masks back smoothly, and 0 where the view shows nothing', () => {
    const soft = waves(60, 70);
    const turn = a.affine({ degrees: [10, 20], scale: 1.1, translate: [0.05, -0.05] });
    const [view] = a.views(soft, turn, 1, { seed: 3 });
    const back = view!.invertMask(turn.applyToMask(soft, view!.record.params as never, 'soft'), 'soft');
    let compared = 0;
    back.data.forEach((value: number, i: number) => {
      const [x, y] = [i % 70, Math.floor(i / 70)];
      if (x < 15 || y < 15 || x > 55 || y > 45) return;
      compared++;
      expect(Math.abs(value - soft.data[i]!)).toBeLessThan(0.02);
    });
    expect(compared).toBeGreaterThan(1000);
    const [cropped] = a.views(image, a.centerCrop({ height: 20, width: 20 }), 1);
    const one = wrap(new Uint8Array(400).fill(1), 20, 20, 1);
    const seen = Array.from(cropped!.invertMask(one).data);
    expect(seen.reduce((sum, value) => sum + value, 0)).toBe(400);
    expect(seen[10 * 50 + 15]).toBe(1);
    expect(seen[9 * 50 + 15]).toBe(0);
  });

  it('bring boxes and points back', () => {
    const [view] = a.views(image, a.compose([a.resize({ height: 80, width: 100 }), a.horizontalFlip()]), 1);
    expect(view!.invertBoxes([[20, 10, 40, 30], null, [200, 0, 210, 5]])).toEqual([
      [30, 5, 40, 15],
      null,
      null,
    ]);
    expect(view!.invertPoints([[20, 10], null])).toEqual([[40, 5], null]);
  });

  it('refuse what does not fit', () => {
    const [view] = a.views(image, a.resize({ height: 8, width: 8 }), 1);
    expect(() => view!.invertMask(image)).toThrow(
      new RangeError('a mask of 40 × 50 pixels for a view of 8 × 8'),
    );
    expect(() => a.views(image, a.invert(), 0)).toThrow(new RangeError('invalid n: 0'));
    expect(() => a.views(image, a.invert(), 1, { sed: 1 } as never)).toThrow(
      new RangeError("unknown option 'sed' of views (it has seed, range)"),
    );
  });
});
