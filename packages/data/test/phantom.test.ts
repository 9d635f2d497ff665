import { phantom, phantoms } from '@cxr/data';
import { resizePillow } from '@cxr/image';
import { describe, expect, it } from 'vitest';

const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((a, b) => a + b, 0) / all.length;
};

describe('phantom', () => {
  it('is the same for the same seed, and another for another', () => {
    const first = phantom({ seed: 5, size: 48 });
    expect(first.shape).toEqual([48, 48, 1]);
    expect(phantom({ seed: 5, size: 48 }).data).toEqual(first.data);
    expect(phantom({ seed: 6, size: 48 }).data).not.toEqual(first.data);
  });

  it('stays the same from release to release', () => {
    const { data } = resizePillow(phantom({ seed: 1, size: 64 }), 4, 4, 'box');
    const pinned = [110, 139, 149, 103, 106, 126, 141, 114, 75, 132, 167, 86, 105, 198, 189, 110];
    // One level of room: Math.exp and Math.sin may differ in the last bit between JavaScript engines.
    data.forEach((value, i) => {
      expect(Math.abs(value - pinned[i]!), `cell ${i}: ${data.join(', ')}`).toBeLessThanOrEqual(1);
    });
  });

  it('has dark lungs beside a bright middle, and dark corners below the arms', () => {
    const count = 24;
    for (const { image } of phantoms({ count, seed: 1, size: 32 })) {
      const patch = (x: number, y: number) =>
        mean([0, 1, 2].flatMap((dy) => [0, 1, 2].map((dx) => image.get(y + dy, x + dx, 0))));
      const spine = patch(15, 16);
      expect(patch(8, 13)).toBeLessThan(spine - 25);
      expect(patch(21, 13)).toBeLessThan(spine - 15);
    }
  });

  it('is brighter where it is sick, and nowhere darker', () => {
    for (let seed = 0; seed < 12; seed++) {
      const healthy = phantom({ seed, size: 40 }).data;
      const sick = phantom({ seed, size: 40, sick: true }).data;
      const differences = sick.map((value, i) => value - healthy[i]!);
      const brighter = differences.filter((difference) => difference > 0);
      expect(brighter.length).toBeGreaterThan(20);
      expect(sick.every((value, i) => value >= healthy[i]!)).toBe(true);
    }
  });

  it('names its images, each another person', () => {
    const images = [...phantoms({ count: 3, seed: 4, size: 16 })];
    expect(images.map(({ name }) => name)).toEqual([
      'phantom-4-0000.png',
      'phantom-4-0001.png',
      'phantom-4-0002.png',
    ]);
    expect(new Set(images.map(({ image }) => image.data.join())).size).toBe(3);
  });

  it('names wrong arguments', () => {
    expect(() => phantom({ seed: 0.5, size: 8 })).toThrow(new RangeError('invalid seed: 0.5'));
    expect(() => phantom({ seed: 1, size: 0 })).toThrow(
      new RangeError('invalid width: 0 (a whole number from 1 on)'),
    );
    expect(() => [...phantoms({ count: -1, seed: 1, size: 8 })]).toThrow(
      new RangeError('invalid count: -1 (a whole number from 0 on)'),
    );
  });
});
