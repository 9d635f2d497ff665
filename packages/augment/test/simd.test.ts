import { createRng, type Image, type Transform } from '@cxr/augment';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { EVERY } from './every-transform.js';
import { noise, wrap } from './images.js';

type Makers = Readonly<Record<string, (options: never) => Transform>>;

/** Level ground with a few steps and slopes. */
function terraces(height: number, width: number, channels: number): Image {
  const data = new Uint8Array(height * width * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    data[i] = 40 * Math.floor(x / 70) + Math.floor(y / 23) + (y > 200 ? x / 3 : 0) + 9 * (i % channels);
  }
  return wrap(data, height, width, channels);
}

describe('without WebAssembly', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const { EVERY: PLAIN } = await import('./every-transform.js');
  const PLAIN_MAKERS = (await import('@cxr/augment')) as unknown as Makers;
  // Loads, and gives up, while there is none.
  PLAIN.equalize!.apply(noise({ height: 2, width: 2 }), {});
  PLAIN.resize!.apply(noise({ height: 2, width: 2 }), {});
  vi.unstubAllGlobals();
  // Afterwards `@cxr/augment` is loaded again, with WebAssembly.
  vi.resetModules();
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

  // Larger than a strip; smooth and flat ones have values that are nearly whole numbers, which single precision may miss.
  const LARGE = [
    noise({ height: 301, width: 257, seed: 5 }),
    noise({ height: 130, width: 111, channels: 3, seed: 6 }),
    terraces(301, 257, 1),
    terraces(130, 111, 3),
  ];
  const OPTIONS = { fill: 7 } as const;
  it.each([
    ['affine', 'affine', { ...OPTIONS, degrees: [-30, 30], scale: [0.6, 1.5], shear: [[-9, 9], 3] }],
    ['affine by halves', 'affine', { ...OPTIONS, scale: 2, translate: [0.1, -0.2] }],
    ['shear along x', 'shear', { ...OPTIONS, x: 10 }],
    ['shear along y', 'shear', { ...OPTIONS, y: -7 }],
    ['a turn by so little that nothing changes', 'rotate', { ...OPTIONS, degrees: 1e-9 }],
    ['rotate, bicubic', 'rotate', { ...OPTIONS, degrees: [-30, 30], interpolation: 'bicubic' }],
    ['scale, bicubic', 'scale', { ...OPTIONS, factor: [0.4, 2.5], interpolation: 'bicubic' }],
    ['perspective', 'perspective', { ...OPTIONS }],
    ['perspective, bicubic', 'perspective', { ...OPTIONS, interpolation: 'bicubic' }],
    ['translate', 'translate', { ...OPTIONS, x: [-0.9, 0.9], y: [-0.9, 0.9] }],
    ['pad', 'pad', { fill: 9, border: [3, 40, 17, 200] }],
    ['crop', 'crop', { fill: 9, height: 200, width: 90 }],
    ['crop beyond the border', 'crop', { fill: 9, height: 500, width: 300 }],
    ['horizontalFlip', 'horizontalFlip', {}],
    ['verticalFlip', 'verticalFlip', {}],
    ['invert', 'invert', {}],
    ['gamma', 'gamma', { gamma: [0.3, 3] }],
    ['brightness', 'brightness', { factor: [0, 3] }],
    ['contrast', 'contrast', { factor: [0, 3] }],
    ['equalize', 'equalize', {}],
    ['autoContrast', 'autoContrast', {}],
    ['saturation', 'saturation', { factor: [0, 3] }],
    ['hue', 'hue', { shift: [-0.5, 0.5] }],
    ['clahe', 'clahe', { tiles: 7 }],
    ['sharpen', 'sharpen', { factor: [0, 4] }],
    ['motionBlur', 'motionBlur', { length: [3, 31] }],
    ['downscale', 'downscale', {}],
    ['toneCurve', 'toneCurve', {}],
    ['biasField', 'biasField', {}],
    ['gridDistortion', 'gridDistortion', {}],
    ['resize to two thirds', 'resize', { height: 200, width: 171 }],
    ['resize to double', 'resize', { height: 602, width: 515 }],
    ['resize, bicubic', 'resize', { height: 290, width: 250, interpolation: 'bicubic' }],
  ] as const)('%s of large images gives the same', async (_, name, options) => {
    const fast = (await import('@cxr/augment')) as unknown as Makers;
    for (const [i, image] of LARGE.entries()) {
      const params = fast[name]!(options as never).sample(createRng(i));
      const result = fast[name]!(options as never).apply(image, params).data;
      const expected = PLAIN_MAKERS[name]!(options as never).apply(image, params).data;
      expect(Buffer.compare(Buffer.from(result), Buffer.from(expected))).toBe(0);
    }
  });

  // Where the angle is a whole number, as for many of these, the rounding of each step decides.
  it.each([0, 0.1, -0.37])(
    'hue of every span and middle channel, turned by %s, gives the same',
    async (shift) => {
      const fast = (await import('@cxr/augment')) as unknown as Makers;
      const params = { shift };
      for (const [max, mid, min] of [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ] as const) {
        const data = new Uint8Array(256 * 256 * 3);
        for (let i = 0; i < 256 * 256; i++) {
          const low = Math.max(0, (i >> 8) - 9);
          data[3 * i + max] = i >> 8;
          data[3 * i + mid] = Math.max(0, (i >> 8) - (i & 255));
          data[3 * i + min] = i % 3 === 0 ? Math.min(low, data[3 * i + mid]!) : 0;
        }
        const image = wrap(data, 256, 256, 3);
        const result = fast.hue!({ shift } as never).apply(image, params).data;
        const expected = PLAIN_MAKERS.hue!({ shift } as never).apply(image, params).data;
        expect(Buffer.compare(Buffer.from(result), Buffer.from(expected))).toBe(0);
      }
    },
  );
});
