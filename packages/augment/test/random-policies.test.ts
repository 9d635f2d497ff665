import { augment, createRng, randAugment, type Step, trivialAugment } from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';

type Drawn = { name: string; params: Record<string, unknown> | null };

/** The transforms that were applied, from a record of nested pipelines. */
function applied(steps: readonly Step[]): Drawn[] {
  return steps.flatMap((step) => {
    if (step.params === null) return [];
    if (!Array.isArray(step.params)) return [step as Drawn];
    return step.params.length === 0 ? [{ name: 'identity', params: null }] : applied(step.params as never);
  });
}

const SAFE = [
  'autoContrast',
  'brightness',
  'contrast',
  'equalize',
  'identity',
  'rotate',
  'sharpen',
  'shear',
  'translate',
];

it('trivialAugment applies one of the safe list, evenly, up to its magnitude', () => {
  const rng = createRng(1);
  const counts = new Map<string, number>();
  let steepest = 0;
  for (let i = 0; i < 3000; i++) {
    const [one, ...others] = applied(trivialAugment().sample(rng)!);
    expect(others).toEqual([]);
    counts.set(one!.name, (counts.get(one!.name) ?? 0) + 1);
    if (one!.name === 'rotate') steepest = Math.max(steepest, Math.abs(one!.params!.degrees as number));
  }
  expect([...counts.keys()].sort()).toEqual(SAFE);
  expect(steepest).toBeGreaterThan(14);
  expect(steepest).toBeLessThanOrEqual(15);
  // Eleven in all: two each of shear and translate. 3000 / 11 is 273, with a deviation of 16.
  expect(Math.abs(counts.get('rotate')! - 273)).toBeLessThan(80);
  expect(Math.abs(counts.get('shear')! - 546)).toBeLessThan(110);
});

it('randAugment applies as many as asked, all at one magnitude, that of torchvision', () => {
  const rng = createRng(2);
  // torchvision's _augmentation_space at bin 9 of 31: 0.3 m of slope, 150 / 331 of shift, 30°, 0.9 of the factors.
  const m = 9 / 30;
  const expected: Record<string, number> = {
    rotate: 30 * m,
    brightness: 0.9 * m,
    contrast: 0.9 * m,
    sharpen: 0.9 * m,
    translate: (150 / 331) * m,
  };
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) {
    const drawn = applied(randAugment({ count: 3 }).sample(rng)!);
    expect(drawn).toHaveLength(3);
    for (const { name, params } of drawn) {
      if (!(name in expected)) continue;
      const value = Object.values(params!)
        .flat()
        .find((number) => number !== 0) as number;
      const size = Math.abs(name === 'rotate' || name === 'translate' ? value : value - 1);
      expect(size, name).toBeCloseTo(expected[name]!, 9);
      seen.add(`${name} ${name === 'rotate' || name === 'translate' ? value > 0 : value > 1}`);
    }
  }
  expect(seen.size).toBe(10);
});

describe('both', () => {
  it('resize, fill and replay like every preset', () => {
    const image = noise({ height: 30, width: 40, seed: 3 });
    for (const policy of [trivialAugment, randAugment]) {
      const { image: result } = augment(
        policy({ size: 16, fill: 'edge' }),
        { image },
        { seed: 1, epoch: 0, index: 0 },
      );
      expect(result.shape).toEqual([16, 16, 1]);
      expect(() => policy({ magnitude: 31 })).toThrow(new RangeError('invalid magnitude: 31'));
    }
    expect(() => randAugment({ count: 0 })).toThrow(new RangeError('invalid count: 0'));
  });
});
