import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise, wrap } from './images.js';

describe('gaussianBlur', () => {
  const spot = (type: 'uint8' | 'float32') => {
    const image = noise({ height: 1, width: 31, type });
    image.data.fill(0);
    image.data[15] = type === 'uint8' ? 255 : 1;
    return image;
  };

  // exp(−½ (i / sigma)²), i = 0..ceil(3 sigma) to either side, adding up to 1.
  it.each([
    [1, 3],
    [1.2, 4],
    [0.5, 2],
    [2, 6],
  ])('of sigma %d reaches %d pixels by default', (sigma, radius) => {
    const weights = Array.from({ length: 31 }, (_, x) =>
      Math.abs(x - 15) > radius ? 0 : Math.exp(-0.5 * ((x - 15) / sigma) ** 2),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const { data } = a.gaussianBlur({ sigma: 1 }).apply(spot('float32'), { sigma });
    for (const [x, weight] of weights.entries()) expect(data[x], String(x)).toBeCloseTo(weight / sum, 6);
    const eight = a.gaussianBlur({ sigma: 1 }).apply(spot('uint8'), { sigma });
    expect([...eight.data]).toEqual(weights.map((weight) => Math.round((255 * weight) / sum)));
  });

  it('has the kernel asked for', () => {
    const { data } = a.gaussianBlur({ sigma: 1, kernelSize: 3 }).apply(spot('float32'), { sigma: 5 });
    expect(data.filter((value: number) => value > 0)).toHaveLength(3);
    expect(a.gaussianBlur({ sigma: 5, kernelSize: 1 }).apply(spot('uint8'), { sigma: 5 })).toEqual(
      spot('uint8'),
    );
  });

  it('mirrors the image at its border without repeating it', () => {
    const image = wrap(Float32Array.of(1, 0.5, 0, 0, 0), 1, 5, 1);
    const { data } = a.gaussianBlur({ sigma: 1, kernelSize: 3 }).apply(image, { sigma: 1 });
    const side = Math.exp(-0.5) / (1 + 2 * Math.exp(-0.5));
    expect(data[0]).toBeCloseTo(1 - 2 * side + 2 * side * 0.5, 6);
  });

  it('keeps white white in single precision', () => {
    for (let sigma = 0.3; sigma < 6; sigma += 0.1) {
      const white = wrap(new Float32Array(400).fill(1), 20, 20, 1);
      const { data } = a.gaussianBlur({ sigma: 1 }).apply(white, { sigma });
      expect(Math.max(...data)).toBeLessThanOrEqual(1);
    }
  });

  it.each([0, 2, 4, -1, 1.5])('refuses a kernel of %d', (kernelSize) => {
    expect(() => a.gaussianBlur({ sigma: 1, kernelSize })).toThrow(RangeError);
  });
});
