import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { grey, moments } from './images.js';

describe('elastic', () => {
  it('moves points as far as it says, root mean square', () => {
    const transform = a.elastic();
    const size = { height: 200, width: 300 };
    const moves: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const params = { displacement: 0.02, grid: 4, seed };
      const [box] = transform.applyToBoxes([[150, 100, 150.001, 100.001]], params, size);
      moves.push(box![0] - 150, box![1] - 100);
    }
    // 400 values: their deviation is within 15 % of 0.02 × 200 (4 sigma); where no value is certain, 20 % is asked.
    expect(moments(moves).deviation / 4).toBeGreaterThan(0.8);
    expect(moments(moves).deviation / 4).toBeLessThan(1.2);
  });

  it('bends a mask of twice the size alike', () => {
    const params = { displacement: 0.03, grid: 4, seed: 5 };
    const square = (size: number) => {
      const image = grey(0, size, size);
      for (let y = size / 4; y < size / 2; y++) image.data.fill(1, y * size + size / 4, y * size + size / 2);
      return a.elastic().applyToMask(image, params);
    };
    const [small, large] = [square(64), square(128)];
    let differ = 0;
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) if (small.get(y, x, 0) !== large.get(2 * y, 2 * x, 0)) differ++;
    }
    // They may differ by half a pixel along the square's outline of 64 pixels.
    expect(differ).toBeLessThan(64);
  });

  it('moves a box around all that its bent outline encloses', () => {
    const size = { height: 120, width: 160 };
    const transform = a.elastic({ interpolation: 'nearest' });
    let bent = 0;
    for (let seed = 0; seed < 40; seed++) {
      const params = { displacement: 0.04, grid: 4, seed };
      const mask = grey(0, size.height, size.width);
      const [left, top, right, bottom] = [30, 20, 130, 100];
      for (let y = top; y < bottom; y++) mask.data.fill(1, y * size.width + left, y * size.width + right);
      const { data } = transform.applyToMask(mask, params);
      const [xs, ys]: [number[], number[]] = [[], []];
      data.forEach((value: number, i: number) => {
        if (value !== 1) return;
        xs.push(i % size.width);
        ys.push(Math.floor(i / size.width));
      });
      const seen = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
      const [box] = transform.applyToBoxes([[left, top, right, bottom]], params, size);
      for (const [i, edge] of box!.entries()) expect(Math.abs(edge - seen[i]!), `${seed}`).toBeLessThan(1.3);
      // The corners alone would not do.
      const corners = [
        [left, top],
        [right, bottom],
        [left, bottom],
        [right, top],
      ].map(([x, y]) => transform.applyToBoxes([[x!, y!, x! + 1e-6, y! + 1e-6]], params, size)[0]!);
      const hull = [
        Math.min(...corners.map((c) => c[0])),
        Math.min(...corners.map((c) => c[1])),
        Math.max(...corners.map((c) => c[2])),
        Math.max(...corners.map((c) => c[3])),
      ];
      bent += hull.some((edge, i) => Math.abs(edge - seen[i]!) > 2) ? 1 : 0;
    }
    expect(bent).toBeGreaterThan(20);
  });
});
