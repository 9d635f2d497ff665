import { image, type ResizeFilter, resizeBilinearTorch, resizePillowFloat } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { noiseImage, readJsonLines, sha256 } from '../../../test/support/goldens.js';

type FloatFilter = Exclude<ResizeFilter, 'nearest'>;
const FILTERS: FloatFilter[] = ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

interface Case {
  seed: number;
  from: [number, number, number];
  to: [number, number];
}

describe('resizePillowFloat', () => {
  it.each(FILTERS)('equals Pillow in mode F, bit for bit: %s', (filter) => {
    const wrong = readJsonLines<Case & Record<FloatFilter, string>>('image/resize_float.jsonl').filter(
      (row) => {
        const resized = resizePillowFloat(noiseImage(...row.from, row.seed), row.to[1], row.to[0], filter);
        return !sha256(resized.data).startsWith(row[filter]);
      },
    );
    expect(wrong.map(({ seed }) => seed)).toEqual([]);
  });

  it('neither rounds nor clips', () => {
    const edge = image(Uint8Array.of(0, 0, 255, 255), 1, 4, 1);
    const { data } = resizePillowFloat(edge, 9, 1);
    expect(Math.min(...data)).toBeLessThan(0);
    expect(Math.max(...data)).toBeGreaterThan(255);
  });
});

describe('resizeBilinearTorch', () => {
  it('equals torch on 40 random sizes', () => {
    let worst = 0;
    for (const { from, to, seed, at, values } of readJsonLines<Case & { at: number[]; values: number[] }>(
      'image/bilinear_torch.jsonl',
    )) {
      const { data, shape } = resizeBilinearTorch(noiseImage(...from, seed), to[1], to[0]);
      expect(shape).toEqual([...to, from[2]]);
      at.forEach((index, i) => {
        worst = Math.max(worst, Math.abs(data[index]! - values[i]!));
      });
    }
    // The goldens are rounded to 5e-5; single precision at 255 adds 1.5e-5 for each of the three sums.
    expect(worst).toBeLessThan(1e-4);
  });

  it('refuses a size that is not positive', () => {
    expect(() => resizeBilinearTorch(noiseImage(2, 2, 1, 1), 2, -1)).toThrow('invalid height: -1');
  });
});
