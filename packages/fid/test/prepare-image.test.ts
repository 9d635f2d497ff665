import { join } from 'node:path';
import { readNpz } from '@cxr/data';
import { assertResizeMode, prepareImage, prepareImages } from '@cxr/fid';
import { image } from '@cxr/image';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { fixtures, readBytes } from './shared.js';

describe('prepareImage', () => {
  const goldens = readNpz(readBytes(join(fixtures, 'clean-resize.npz')));

  // Made by clean-fid itself: fixtures/fid/make-clean-resize.py.
  it.each(['up', 'down', 'mixed'])('clean is clean-fid’s resize: %s', (name) => {
    const [h, w] = Array.from(goldens[`${name}_size`]!.data, Number) as [number, number];
    const small = goldens[`${name}_small`]!;
    const columns = small.shape[1]!;
    const pixels = new Uint8Array(h * w * 3);
    for (let y = 0, at = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        for (let c = 0; c < 3; c++)
          pixels[at++] = Number(small.data[((y >> 2) * columns + (x >> 2)) * 3 + c]);
      }
    }
    const got = prepareImage(image(pixels, h, w, 3), 'clean');
    const want = goldens[name]!;
    let worst = 0;
    let at = 0;
    for (let y = 0; y < 299; y += 23) {
      for (let x = 0; x < 299; x += 17) {
        for (let c = 0; c < 3; c++) {
          worst = Math.max(worst, Math.abs(got[(y * 299 + x) * 3 + c]! - Number(want.data[at++])));
        }
      }
    }
    expect(at).toBe(want.data.length);
    // One float32 rounding at 255, after each of the two passes.
    expect(worst).toBeLessThan(4e-5);
  });

  it('makes grey images three equal channels, whatever their size', () => {
    const grey = image(
      Uint8Array.from({ length: 20 * 31 }, (_, i) => i % 251),
      20,
      31,
      1,
    );
    const pixels = prepareImage(grey, 'pil299');
    expect(pixels).toBeInstanceOf(Uint8Array);
    expect(pixels).toHaveLength(299 * 299 * 3);
    for (let i = 0; i < pixels.length; i += 3 * 997) {
      expect([pixels[i + 1], pixels[i + 2]]).toEqual([pixels[i], pixels[i]]);
    }
  });

  it('leaves bytes of the right size as they are, in every mode', () => {
    const data = Uint8Array.from({ length: 299 * 299 * 3 }, (_, i) => (i * 7) % 256);
    for (const mode of ['pil299', 'network', 'clean'] as const) {
      expect(Array.from(prepareImage(image(data, 299, 299, 3), mode).subarray(0, 3000))).toEqual(
        Array.from(data.subarray(0, 3000)),
      );
    }
  });

  it('refuses an unknown mode', () => {
    expect(() => assertResizeMode('bilinear')).toThrow(/pil299, network, clean: bilinear/);
  });
});

describe('prepareImages', () => {
  const square = () => image(new Uint8Array(9).fill(200), 3, 3, 1);

  async function names(set: Parameters<typeof prepareImages>[0]) {
    const found: string[] = [];
    for await (const { name } of prepareImages(set, 'pil299')) found.push(name);
    return found;
  }

  it('takes arrays, generators, async generators, named or not', async () => {
    expect(await names([square(), { name: 'b', image: square() }])).toEqual(['image 0', 'b']);
    async function* stream() {
      yield square();
    }
    expect(await names(stream())).toEqual(['image 0']);
  });

  it('takes a batch of bytes, and one of floats in [0, 1] or a range that is named', async () => {
    const bytes = ndarray(new Uint8Array(2 * 4 * 4).fill(255), [2, 4, 4, 1]);
    const floats = ndarray(new Float32Array(2 * 4 * 4).fill(1), [2, 4, 4, 1]);
    for (const set of [bytes, floats]) {
      let count = 0;
      for await (const { pixels } of prepareImages(set, 'pil299')) {
        expect(pixels.every((value) => value === 255)).toBe(true);
        count++;
      }
      expect(count).toBe(2);
    }
    const bad = ndarray(new Float32Array(3 * 16), [3, 4, 4, 1]);
    bad.set(1, 2, 3, 0, Number.NaN);
    await expect(names(bad)).rejects.toThrow('image 1: a sample of NaN is outside [0, 1]');
    bad.set(1, 2, 3, 0, -1);
    await expect(names(bad)).rejects.toThrow('image 1: a sample of -1 is outside [0, 1]');
    for await (const { name, pixels } of prepareImages(bad, 'pil299', { range: [-1, 1] })) {
      if (name === 'image 0') expect(pixels.every((value) => value === 128)).toBe(true);
    }
  });
});
