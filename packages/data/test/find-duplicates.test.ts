import { findDuplicates, fitImage, type ImageSignature, phantom } from '@cxr/data';
import { createRng } from '@cxr/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DisjointSets } from '../src/layouts/disjoint-sets.js';
import { joinByDistance } from '../src/layouts/join-by-distance.js';
import { joinByHash } from '../src/layouts/join-by-hash.js';
import { COORDINATES, thumbCoordinates } from '../src/layouts/thumb-coordinates.js';

type Thumb = Uint8Array;

/** Groups by comparing all pairs. */
function allPairs(count: number, near: (a: number, b: number) => boolean): number[][] {
  const group = Array.from({ length: count }, (_, i) => i);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const [from, to] = [group[b]!, group[a]!];
      if (from !== to && near(a, b)) for (const i of group.keys()) if (group[i] === from) group[i] = to;
    }
  }
  const members = new Map<number, number[]>();
  for (const [i, g] of group.entries()) members.set(g, [...(members.get(g) ?? []), i]);
  const groups = [...members.values()].filter(({ length }) => length > 1);
  return groups.sort((a, b) => a[0]! - b[0]!);
}

function hashOf(thumb: Thumb): boolean[] {
  const coarse = (y: number, x: number) =>
    thumb[64 * y + 2 * x]! +
    thumb[64 * y + 2 * x + 1]! +
    thumb[64 * y + 2 * x + 32]! +
    thumb[64 * y + 2 * x + 33]!;
  return Array.from({ length: 256 }, (_, i) => {
    const [y, x] = [i >> 4, i & 15];
    return coarse(y, x) > coarse(y, (x + 15) % 16);
  });
}

function unit(thumb: Thumb): number[] {
  const mean = thumb.reduce((a, b) => a + b, 0) / 1024;
  const length = Math.hypot(...Array.from(thumb, (value) => value - mean));
  return Array.from(thumb, (value) => (length === 0 ? 0 : (value - mean) / length));
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function expected(thumbs: readonly Thumb[]): number[][] {
  const hashes = thumbs.map(hashOf);
  const units = thumbs.map(unit);
  return allPairs(
    thumbs.length,
    (a, b) =>
      hashes[a]!.filter((bit, i) => bit !== hashes[b]![i]).length <= 26 && dot(units[a]!, units[b]!) >= 0.985,
  );
}

const signatures = (thumbs: readonly Thumb[]): ImageSignature[] =>
  thumbs.map((thumb, i) => ({ digest: String(i), thumb }));

const phantomThumbs = Array.from({ length: 40 }, (_, seed) =>
  Uint8Array.from(
    fitImage(phantom({ seed, size: 64, sick: seed % 2 === 1 }), { size: 32, filter: 'box' }).data,
  ),
);

/** Thumbnails of several sorts, many of them just within or just outside what counts as near. */
function thumbsOf(seed: number, count: number, noise: number): Thumb[] {
  const rng = createRng(seed);
  const thumbs: Thumb[] = [];
  for (let i = 0; i < count; i++) {
    const copied = thumbs.length > 0 && rng.uniform() < 0.5;
    const base = copied
      ? thumbs[rng.integer(thumbs.length)]!
      : rng.uniform() < noise
        ? Uint8Array.from({ length: 1024 }, () => rng.integer(256))
        : phantomThumbs[rng.integer(phantomThumbs.length)]!;
    const [gain, grain] = [0.5 + rng.uniform() / 2, rng.integer(24)];
    thumbs.push(
      Uint8Array.from(base, (value) =>
        Math.min(255, Math.max(0, gain * value + (rng.uniform() - 0.5) * grain)),
      ),
    );
  }
  return thumbs;
}

describe('findDuplicates', () => {
  it.each([0, 0.5, 1])('finds what comparing all pairs finds, %d of the images noise', (noise) => {
    let found = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 70 }), (seed, count) => {
        const thumbs = thumbsOf(seed, count, noise);
        const groups = expected(thumbs);
        found += groups.length;
        expect(findDuplicates(signatures(thumbs)).near).toEqual(groups);
      }),
      { numRuns: 15 },
    );
    expect(found).toBeGreaterThan(10);
  });

  it('compares images of one brightness for equal pixels only', () => {
    const flat = [7, 7, 9].map((level, i) => ({
      digest: String(Math.max(1, i)),
      thumb: new Uint8Array(1024).fill(level),
    }));
    expect(findDuplicates(flat)).toEqual({ exact: [[0, 1]], near: [] });
    expect(findDuplicates([])).toEqual({ exact: [], near: [] });
  });

  it('takes time in proportion to their number where all are different, and where all are alike', () => {
    const rng = createRng(1);
    const noise = Array.from({ length: 8000 }, () =>
      Uint8Array.from({ length: 1024 }, () => rng.integer(256)),
    );
    const alike = noise.map((thumb) => phantomThumbs[0]!.map((value, i) => value + (thumb[i]! >> 7)));
    for (const thumbs of [noise, alike]) {
      const time = (count: number) => {
        const start = performance.now();
        findDuplicates(signatures(thumbs.slice(0, count)));
        return performance.now() - start;
      };
      time(1000);
      // All pairs would take 64 times as long.
      expect(time(8000)).toBeLessThan(25 * time(1000) + 100);
    }
    expect(findDuplicates(signatures(alike)).near).toEqual([[...alike.keys()]]);
  });
});

describe('the two searches', () => {
  it('joinByHash finds all pairs of up to 27 flipped bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const rng = createRng(seed);
        const hashes = new Uint32Array(8 * 60);
        for (let i = 0; i < 60; i++) {
          const from = i > 0 && rng.uniform() < 0.6 ? rng.integer(i) : -1;
          for (let k = 0; k < 8; k++)
            hashes[8 * i + k] = from < 0 ? rng.integer(2 ** 32) : hashes[8 * from + k]!;
          for (let flips = rng.integer(33); from >= 0 && flips > 0; flips--) {
            const bit = rng.integer(256);
            hashes[8 * i + (bit >> 5)]! ^= 1 << (bit & 31);
          }
        }
        const differing = (a: number, b: number): number => {
          let bits = 0;
          for (let k = 0; k < 8; k++)
            bits += [...((hashes[8 * a + k]! ^ hashes[8 * b + k]!) >>> 0).toString(2)].filter(
              (bit) => bit === '1',
            ).length;
          return bits;
        };
        const near = (a: number, b: number) => differing(a, b) <= 27;
        const sets = new DisjointSets(60);
        joinByHash(hashes, 14, sets, near);
        expect(sets.groups()).toEqual(allPairs(60, near));
      }),
      { numRuns: 30 },
    );
  });

  it('joinByDistance finds all pairs within the radius', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0.02, max: 0.5, noNaN: true }),
        (seed, radius) => {
          const rng = createRng(seed);
          const points = Float32Array.from(
            { length: 8 * 150 },
            (_, i) => rng.uniform() * (i % 8 < 3 ? 1 : 0.1),
          );
          const near = (a: number, b: number) =>
            Math.hypot(...Array.from({ length: 8 }, (_, k) => points[8 * a + k]! - points[8 * b + k]!)) <=
            radius;
          const sets = new DisjointSets(150);
          joinByDistance(points, 8, radius + 1e-6, sets, near);
          expect(sets.groups()).toEqual(allPairs(150, near));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('coordinates are never further apart than thumbnails', () => {
    const thumbs = thumbsOf(5, 60, 0.2);
    const points = thumbCoordinates(thumbs);
    const units = thumbs.map(unit);
    let kept = 0;
    for (let a = 0; a < thumbs.length; a++) {
      for (let b = 0; b < a; b++) {
        let distance = 0;
        for (let k = 0; k < COORDINATES; k++)
          distance += (points[COORDINATES * a + k]! - points[COORDINATES * b + k]!) ** 2;
        expect(distance).toBeLessThan(2 - 2 * dot(units[a]!, units[b]!) + 1e-4);
        kept = Math.max(kept, distance / (2 - 2 * dot(units[a]!, units[b]!) + 1e-9));
      }
    }
    // More than half the squared distance is kept of the pair that keeps most; 0.64 was measured.
    expect(kept).toBeGreaterThan(0.5);
  });
});
