import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';
import { drawn } from './shares.js';

describe('chestXray', () => {
  it('turns nothing upside down, by default mirrors nothing, and keeps size and greyness', () => {
    const image = noise({ height: 30, width: 40, channels: 3, seed: 6 });
    for (let i = 0; i < image.data.length; i += 3) image.data.fill(image.data[i]!, i, i + 3);
    for (let index = 0; index < 30; index++) {
      const { image: result, record } = a.augment(a.chestXray(), { image }, { seed: 1, epoch: 0, index });
      expect(result.shape).toEqual(image.shape);
      const flipped = (record.params as readonly a.Step[]).filter((step) => /flip/i.test(step.name));
      expect(flipped.every((step) => step.params === null)).toBe(true);
    }
  });

  it('has the size asked for', () => {
    const transform = a.chestXray({ size: 16 });
    const size = transform.outputSize({ height: 30, width: 40 }, transform.sample(a.createRng(1)));
    expect(size).toEqual({ height: 16, width: 16 });
  });

  it('mirrors as often, and fills as it is told', () => {
    const steps = (options: a.ChestXrayOptions) => a.chestXray(options).sample(a.createRng(1))!;
    const flip = (options: a.ChestXrayOptions) =>
      steps(options).find((step) => step.name === 'horizontalFlip');
    expect(flip({ horizontalFlip: 1 })!.params).toEqual({});
    expect(flip({})!.params).toBeNull();
    const image = noise({ height: 40, width: 40, seed: 2 });
    image.data.fill(100);
    const moved = steps({}).map((step) => (step.name === 'affine' ? step : { ...step, params: null }));
    const corners = (fill: number) =>
      new Set(
        a
          .chestXray({ fill })
          .apply(image, moved)
          .data.filter((value: number) => value !== 100),
      );
    expect(corners(7).has(7)).toBe(true);
    expect(corners(0).has(0)).toBe(true);
  });

  it('draws within the ranges that its documentation gives', () => {
    const draws = 2000;
    const found = drawn(a.chestXray(), draws);
    const ranges: Record<string, [number, number, number]> = {
      'affine.degrees': [-7, 7, 1],
      'affine.translate0': [-0.05, 0.05, 1],
      'affine.translate1': [-0.05, 0.05, 1],
      'affine.scale': [0.9, 1.1, 1],
      'affine.shear0': [0, 0, 1],
      'affine.shear1': [0, 0, 1],
      'gamma.gamma': [0.8, 1.25, 0.5],
      'contrast.factor': [0.85, 1.15, 0.5],
      'gaussianBlur.sigma': [0.3, 1, 0.2],
      'gaussianNoise.sigma': [0.005, 0.02, 0.3],
      'collimation.left': [0, 0.06, 0.1],
      'collimation.top': [0, 0.06, 0.1],
      'collimation.right': [0, 0.06, 0.1],
      'collimation.bottom': [0, 0.06, 0.1],
      'collimation.degrees': [-3, 3, 0.1],
    };
    const keys = Object.keys(found).filter((key) => key.includes('.') && !key.endsWith('.seed'));
    expect(keys.sort()).toEqual(Object.keys(ranges).sort());
    for (const [key, [min, max, share]] of Object.entries(ranges)) {
      const values = found[key]!;
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const span = max - min;
      expect(low, key).toBeGreaterThanOrEqual(min);
      expect(high, key).toBeLessThanOrEqual(max);
      // 200 draws or more come within a twentieth of either end.
      expect(low - min, key).toBeLessThanOrEqual(span / 20);
      expect(max - high, key).toBeLessThanOrEqual(span / 20);
      expect(Math.abs(values.length / draws - share), key).toBeLessThan(0.045);
    }
  });
});
