import { createRng } from '@cxr/augment';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { EVERY } from './every-transform.js';
import { noise } from './images.js';

describe('without WebAssembly', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const { EVERY: PLAIN } = await import('./every-transform.js');
  // Loads, and gives up, while there is none.
  PLAIN.equalize!.apply(noise({ height: 2, width: 2 }), {});
  vi.unstubAllGlobals();
  afterAll(() => vi.resetModules());

  it.each(Object.keys(EVERY))('%s gives the same', (name) => {
    for (const [seed, height, width, channels] of [
      [1, 37, 53, 1],
      [2, 64, 40, 3],
      [3, 1, 9, 1],
      [4, 9, 1, 3],
    ] as const) {
      const image = noise({ height, width, channels, seed });
      const params = EVERY[name]!.sample(createRng(seed));
      const fast = EVERY[name]!.apply(image, params).data;
      const plain = PLAIN[name]!.apply(image, params).data;
      const off = fast.map((value: number, i: number) => Math.abs(value - plain[i]!));
      // A blur adds up in single precision where it has four sums at once; all else is the same arithmetic.
      const blurs = ['gaussianBlur', 'chestXray'].includes(name);
      expect(Math.max(...off)).toBeLessThanOrEqual(blurs ? 1 : 0);
    }
  });
});
