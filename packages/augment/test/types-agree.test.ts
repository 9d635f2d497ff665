import * as a from '@cxr/augment';
import { describe, expect, it } from 'vitest';
import { noise, wrap } from './images.js';

describe('16 bits and floats', () => {
  it('follow 8 bits', () => {
    const eight = noise({ height: 40, width: 30, channels: 3, seed: 4 });
    const sixteen = wrap(
      Uint16Array.from(eight.data, (v) => v * 257),
      40,
      30,
      3,
    );
    const float = wrap(
      Float32Array.from(eight.data, (v) => v / 255),
      40,
      30,
      3,
    );
    const params: Record<string, a.Json> = {
      rotate: { degrees: 12 },
      elastic: { displacement: 0.03, grid: 4, seed: 1 },
      brightness: { factor: 1.2 },
      contrast: { factor: 1.4 },
      saturation: { factor: 0.4 },
      gamma: { gamma: 1.5 },
      gaussianBlur: { sigma: 1.3 },
      invert: {},
      randomResizedCrop: { area: 0.4, aspect: 1, x: 0.2, y: 0.9 },
    };
    const made: Record<string, a.Transform> = {
      rotate: a.rotate({ degrees: 0, interpolation: 'bicubic', fill: 'reflect' }),
      elastic: a.elastic(),
      brightness: a.brightness({ factor: 1 }),
      contrast: a.contrast({ factor: 1 }),
      saturation: a.saturation({ factor: 1 }),
      gamma: a.gamma({ gamma: 1 }),
      gaussianBlur: a.gaussianBlur({ sigma: 1 }),
      invert: a.invert(),
      randomResizedCrop: a.randomResizedCrop({ height: 20, width: 20 }),
    };
    for (const [name, transform] of Object.entries(made)) {
      const [x, y, z] = [eight, sixteen, float].map((image) => transform.apply(image, params[name]!).data);
      for (let i = 0; i < x!.length; i++) {
        // 8 bits drop the fraction, and contrast's mean is a whole level there: up to two levels.
        expect(Math.abs(x![i]! - y![i]! / 257), name).toBeLessThan(2);
        expect(Math.abs(x![i]! - z![i]! * 255), name).toBeLessThan(2);
      }
    }
  });
});
