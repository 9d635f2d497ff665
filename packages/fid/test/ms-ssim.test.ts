import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { msSsim, msSsimDiversity } from '@cxr/fid';
import { image } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { fixtures } from './shared.js';

interface Golden {
  pairs: { height: number; width: number; pair: [number, number]; value: number }[];
  inverse: number;
}
const golden: Golden = JSON.parse(readFileSync(join(fixtures, 'ms-ssim.json'), 'utf8'));

/** The same as in fixtures/fid/make-ms-ssim.py. */
function picture(seed: number, height: number, width: number) {
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const noise = (Math.imul(x, 73856093) ^ Math.imul(y, 19349663) ^ Math.imul(seed, 83492791)) >>> 0;
      const disc = (2 * x - width) ** 2 + (2 * y - height) ** 2 < Math.floor((width * height) / 2) ? 90 : 0;
      data[y * width + x] =
        disc + 10 * seed + Math.floor((60 * y) / height) + ((noise >>> 8) % (20 + 5 * seed));
    }
  }
  return image(data, height, width, 1);
}
const pictures = (seeds: number[], size = 64) => seeds.map((seed) => picture(seed, size, size));

describe('msSsim', () => {
  it.each(golden.pairs)(
    'is that of pytorch-msssim, and of SciPy for small images: $width × $height, $pair',
    ({ height, width, pair: [i, j], value }) => {
      const [a, b] = [picture(i, height, width), picture(j, height, width)];
      expect(Math.abs(msSsim(a, b) - value)).toBeLessThan(1e-9);
      expect(Math.abs(msSsim(b, a) - value)).toBeLessThan(1e-9);
    },
  );

  it('is 0 where the structure is opposite, and takes colour and 16 bits as grey', () => {
    const one = picture(1, 64, 64);
    expect(msSsim(one, image(one.data.map((v) => 255 - v) as Uint8Array, 64, 64, 1))).toBe(golden.inverse);
    const sixteen = image(
      Uint16Array.from(one.data, (v) => 257 * v),
      64,
      64,
      1,
    );
    const colour = image(
      Uint8Array.from({ length: 3 * 4096 }, (_, i) => one.data[Math.floor(i / 3)]!),
      64,
      64,
      3,
    );
    expect(msSsim(one, sixteen)).toBe(1);
    expect(msSsim(one, colour)).toBe(1);
  });

  it('refuses other sizes, and sizes below 32', () => {
    expect(() => msSsim(picture(1, 64, 64), picture(1, 64, 66))).toThrow(/64 × 64 and 66 × 64/);
    expect(() => msSsim(picture(1, 31, 64), picture(1, 31, 64))).toThrow(/at least 32 pixels/);
  });
});

describe('msSsimDiversity', () => {
  it('is the mean of all pairs, where they are few', async () => {
    const set = pictures([0, 1, 2, 3]);
    const values = set.flatMap((a, i) => set.slice(0, i).map((b) => msSsim(a, b)));
    const mean = values.reduce((a, b) => a + b) / 6;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5;
    const got = await msSsimDiversity(set, { pairs: 6 });
    expect(got.pairs).toBe(6);
    expect(got.mean).toBeCloseTo(mean, 12);
    expect(got.standardError).toBeCloseTo(Math.sqrt(variance / 6), 12);
  });

  it('draws different pairs by its seed', async () => {
    const set = pictures([0, 1, 2, 3, 4, 5], 32);
    const five = await msSsimDiversity(set, { pairs: 5, seed: 3 });
    expect(five.pairs).toBe(5);
    expect(await msSsimDiversity(set, { pairs: 5, seed: 3 })).toEqual(five);
    expect((await msSsimDiversity(set, { pairs: 5, seed: 4 })).mean).not.toBe(five.mean);
    // One copy among equals: 14 different pairs of 15 have it or not, 14 drawn with repetition would not.
    const near = await msSsimDiversity(set, { pairs: 14, seed: 1 });
    const all = await msSsimDiversity(set, { pairs: 15 });
    const left = 15 * all.mean - 14 * near.mean;
    const values = set.flatMap((a, i) => set.slice(0, i).map((b) => msSsim(a, b)));
    expect(Math.min(...values.map((value) => Math.abs(value - left)))).toBeLessThan(1e-9);
  });

  it('is 1 for one image many times, and lower for images that differ', async () => {
    expect((await msSsimDiversity(pictures([2, 2, 2]))).mean).toBe(1);
    expect((await msSsimDiversity(pictures([2, 3, 4]))).mean).toBeLessThan(0.99);
  });

  it('pairs a random sample of a thousand of larger sets, in bounded memory', async () => {
    const [black, white] = [0, 255].map((grey) => image(new Uint8Array(1024).fill(grey), 32, 32, 1));
    const images = function* () {
      for (let i = 0; i < 3000; i++) yield i < 1000 ? black! : white!;
    };
    // A third is black: 4 of 9 pairs are a black and a white one.
    const { mean } = await msSsimDiversity(images(), { pairs: 400, seed: 1 });
    const mixed = msSsim(black!, white!);
    expect((1 - mean) / (1 - mixed)).toBeGreaterThan(0.36);
    expect((1 - mean) / (1 - mixed)).toBeLessThan(0.53);
  });

  it('brings images to one size, and refuses different ones without', async () => {
    const mixed = [picture(1, 64, 64), picture(2, 80, 64)];
    await expect(msSsimDiversity(mixed)).rejects.toThrow('image 1 has 64 × 80 pixels, others 64 × 64');
    expect((await msSsimDiversity(mixed, { size: 48 })).pairs).toBe(1);
    await expect(msSsimDiversity(mixed, { size: 16 })).rejects.toThrow('at least 32');
    await expect(msSsimDiversity([picture(1, 64, 64)])).rejects.toThrow('at least two images: 1');
    for (const pairs of [0, 1.5, Number.NaN])
      await expect(msSsimDiversity(mixed, { pairs })).rejects.toThrow(RangeError);
  });
});
