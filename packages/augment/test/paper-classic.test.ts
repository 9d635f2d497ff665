import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise } from './images.js';
import { drawn } from './shares.js';

describe('paperClassic', () => {
  it('has what the paper names, and its size', () => {
    const steps = a.paperClassic().sample(a.createRng(1))!;
    expect(steps.map((step) => step.name)).toEqual([
      'horizontalFlip',
      'affine',
      'pad',
      'randomResizedCrop',
      'brightness',
      'contrast',
      'saturation',
      'hue',
    ]);
    expect(a.paperClassic().apply(noise({ height: 90, width: 70 }), steps).shape).toEqual([128, 128, 1]);
  });

  it('draws within the ranges of its documentation', () => {
    const draws = 1000;
    const values = drawn(a.paperClassic(), draws);
    expect(Math.abs(values.horizontalFlip!.length / draws - 0.5)).toBeLessThan(0.07);
    const ranges: Record<string, [number, number]> = {
      'affine.degrees': [-10, 10],
      'affine.translate0': [-0.1, 0.1],
      'affine.translate1': [-0.1, 0.1],
      'affine.scale': [0.9, 1.1],
      'affine.shear0': [-5, 5],
      'affine.shear1': [0, 0],
      'randomResizedCrop.area': [0.7, 1],
      'randomResizedCrop.aspect': [3 / 4, 4 / 3],
      'brightness.factor': [0.8, 1.2],
      'contrast.factor': [0.8, 1.2],
      'saturation.factor': [0.8, 1.2],
      'hue.shift': [-0.05, 0.05],
    };
    for (const [key, [min, max]] of Object.entries(ranges)) {
      const [low, high] = [Math.min(...values[key]!), Math.max(...values[key]!)];
      expect(low, key).toBeGreaterThanOrEqual(min);
      expect(low - min, key).toBeLessThanOrEqual((max - min) / 50);
      expect(high, key).toBeLessThanOrEqual(max);
      expect(max - high, key).toBeLessThanOrEqual((max - min) / 50);
    }
  });

  it('pads by a sixteenth of the size', () => {
    const steps = a.paperClassic({ size: 64 }).sample(a.createRng(1))!;
    // Nothing but the pad and a crop of the whole: a border of 4 pixels around 40, brought to 64.
    const only = steps.map((step) => {
      if (step.name === 'pad') return { ...step, params: {} };
      if (step.name === 'randomResizedCrop') return { ...step, params: { area: 1, aspect: 1, x: 0, y: 0 } };
      return { ...step, params: null };
    });
    const [box] = a
      .paperClassic({ size: 64 })
      .applyToBoxes([[0, 0, 40, 40]], only, { height: 40, width: 40 });
    const border = (4 * 64) / 48;
    for (const [i, value] of [border, border, 64 - border, 64 - border].entries())
      expect(box![i]).toBeCloseTo(value);
  });
});
