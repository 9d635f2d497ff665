import { decodeImage, phantom } from '@cxr/data';
import { encodeJpeg } from '@cxr/data/node';
import { type Image, image, pixels, toRgb8 } from '@cxr/image';
import { describe, expect, it } from 'vitest';

/** The bytes of a JPEG's first segment with this marker, without its length. */
function segment(file: Uint8Array, marker: number): number[] {
  for (let at = 2; at < file.length; ) {
    const length = file[at + 2]! * 256 + file[at + 3]!;
    if (file[at + 1] === marker) return [...file.subarray(at + 4, at + 2 + length)];
    at += 2 + length;
  }
  throw new Error('no such segment');
}

function squaredError(a: Image, b: Image): number {
  const [x, y] = [Array.from(pixels(a)), pixels(b)];
  return x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / x.length;
}

describe('encodeJpeg', () => {
  const chest = phantom({ seed: 1, size: 64 });

  it('writes baseline grey with the tables of the standard, as Pillow does', async () => {
    // The first entries in zigzag order that Pillow's files have (Annex K, scaled by libjpeg's rule).
    for (const [quality, table] of [
      [50, [16, 11, 12, 14, 12, 10, 16, 14]],
      [75, [8, 6, 6, 7, 6, 5, 8, 7]],
      [95, [2, 1, 1, 1, 1, 1, 2, 1]],
    ] as const) {
      const file = await encodeJpeg(chest, { quality });
      expect(segment(file, 0xdb).slice(0, 9)).toEqual([0, ...table]);
      // 8 bits, 64 × 64, one component.
      expect(segment(file, 0xc0).slice(0, 6)).toEqual([8, 0, 64, 0, 64, 1]);
    }
    expect(await encodeJpeg(chest)).toEqual(await encodeJpeg(chest, { quality: 75 }));
  });

  it('gives nearly the same pixels, nearer at a higher quality', async () => {
    const errors: number[] = [];
    for (const quality of [100, 95, 75, 50]) {
      const decoded = await decodeImage(await encodeJpeg(chest, { quality }));
      expect(decoded.shape).toEqual([64, 64, 1]);
      errors.push(squaredError(decoded, chest));
    }
    expect(errors[0]).toBeLessThan(1);
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
    expect(new Set(errors).size).toBe(4);
  });

  it('keeps colours, at half their size', async () => {
    const rgb = image(
      Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => [200, 60, 30][i % 3]!),
      16,
      16,
      3,
    );
    const file = await encodeJpeg(rgb, { quality: 95 });
    expect(segment(file, 0xc0).slice(5)).toEqual([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
    expect(squaredError(await decodeImage(file), rgb)).toBeLessThan(4);
    expect(squaredError(await decodeImage(await encodeJpeg(toRgb8(chest))), toRgb8(chest))).toBeLessThan(60);
  });

  it('refuses a wrong quality and unknown options by name', async () => {
    for (const quality of [0, 101, 7.5, Number.NaN]) {
      await expect(encodeJpeg(chest, { quality })).rejects.toThrow(`invalid quality: ${quality}`);
    }
    await expect(encodeJpeg(chest, { quallity: 9 } as never)).rejects.toThrow("unknown option 'quallity'");
    await expect(encodeJpeg('x.png' as never)).rejects.toThrow(TypeError);
  });
});
