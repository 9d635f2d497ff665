import {
  type Image,
  type IntegerImage,
  image,
  type ResizeFilter,
  resizePillow,
  resizePillow13,
} from '@cxr/image';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noise, noiseImage, readJsonLines, sha256 } from '../../../test/support/goldens.js';

const FILTERS: ResizeFilter[] = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'];

type Row = { seed: number; from: [number, number, number]; to: [number, number] } & Record<
  ResizeFilter,
  string
>;

/** The filters whose result differs from the golden one, with the case. */
function wrongFilters(row: Row, source: IntegerImage): string[] {
  const { seed, from, to } = row;
  return FILTERS.filter((filter) => {
    const { data } = resizePillow(source, to[1], to[0], filter);
    return !sha256(data).startsWith(row[filter]);
  }).map((filter) => `#${seed} [${from}] to [${to}] by ${filter}`);
}

/** The image that `source` of the script makes: 8 bits, 16 bits or floats. */
function sourceOf({ seed, from, bits }: Row & { bits: 8 | 16 | 32 }): Image {
  if (bits === 16) return noise16(from, seed);
  const bytes = noiseImage(...from, seed);
  return bits === 8 ? bytes : image(Float32Array.from(bytes.data), ...from);
}

/** Sixteen bits from the middle half of the range. */
function noise16([height, width]: readonly number[], seed: number): IntegerImage {
  const data = Uint16Array.from(noise(height! * width!, seed), (number) => (number >>> 17) + 16384);
  return image(data, height!, width!, 1);
}

describe('resizePillow', () => {
  it('equals Pillow, bit for bit, on 240 random sizes by all filters', () => {
    const rows = readJsonLines<Row>('image/resize_8bit.jsonl');
    expect(rows).toHaveLength(240);
    const wrong = rows.flatMap((row) => wrongFilters(row, noiseImage(...row.from, row.seed)));
    expect(wrong).toEqual([]);
    // 1,440 resizes, some seconds where the machine is free: room for one that is busy.
  }, 180_000);

  it('equals Pillow on 16-bit grey, on 40 random sizes by all filters', () => {
    const rows = readJsonLines<Row>('image/resize_16bit.jsonl');
    expect(rows).toHaveLength(40);
    const wrong = rows.flatMap((row) => wrongFilters(row, noise16(row.from, row.seed)));
    expect(wrong).toEqual([]);
  });

  it('equals Pillow 13 by resizePillow13, in the shapes in which that resizes columns first', () => {
    const rows = readJsonLines<Row & { bits: 8 | 16 | 32 }>('image/resize_13.jsonl');
    expect(rows.length).toBeGreaterThan(100);
    const differing = rows.filter((row) => {
      const source = sourceOf(row);
      const filters = row.bits === 32 ? FILTERS.slice(1) : FILTERS;
      const wrong = (resize: typeof resizePillow13) =>
        filters.filter(
          (filter) => !sha256(resize(source, row.to[1], row.to[0], filter).data).startsWith(row[filter]),
        );
      expect(wrong(resizePillow13), `#${row.seed} [${row.from}] to [${row.to}]`).toEqual([]);
      return wrong(resizePillow).length > 0;
    });
    expect(differing.length).toBeGreaterThan(60);
  }, 180_000);

  it('is the same by resizePillow13 in other shapes, also into an array', () => {
    for (const [from, to] of [
      [
        [40, 30],
        [20, 20],
      ],
      [
        [41, 30],
        [19, 20],
      ],
      [
        [40, 30],
        [60, 10],
      ],
      [
        [30, 30],
        [30, 30],
      ],
    ] as const) {
      const source = noiseImage(from[0], from[1], 3, 7);
      const into = new Uint8Array(3 * to[0] * to[1]);
      const resized = resizePillow13(source, to[1], to[0], 'lanczos', into);
      expect(resized.data).toBe(into);
      const same =
        JSON.stringify([...into]) === JSON.stringify([...resizePillow(source, to[1], to[0], 'lanczos').data]);
      // 41 to 19 loses 22 rows, more than twice the 10 columns.
      expect(same).toBe(from[0] !== 41);
    }
  });

  it('clips 16-bit overshoot', () => {
    const edge = image(Uint16Array.of(0, 0, 0, 65535, 65535, 65535), 1, 6, 1);
    const { data } = resizePillow(edge, 24, 1, 'lanczos');
    expect(Math.min(...data)).toBe(0);
    expect(Math.max(...data)).toBe(65535);
    // A wrapped value would break the order of the left, dark half against the right, bright one.
    expect(Math.max(...data.slice(0, 11))).toBeLessThan(Math.min(...data.slice(13)));
  });

  it('copies at the same size', () => {
    const source = noiseImage(16, 16, 1, 1);
    const copy = resizePillow(source, 16, 16);
    expect(copy.data).toEqual(source.data);
    copy.data[0] = source.data[0]! ^ 255;
    expect(copy.data[0]).not.toBe(source.data[0]);
  });

  it('keeps a flat image flat, and all values within the source range for filters without overshoot', () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.constantFrom<ResizeFilter>('nearest', 'box', 'bilinear', 'hamming'),
        sizes,
        sizes,
        (data, filter, width, height) => {
          const resized = resizePillow(image(data, 2, 2, 3), width, height, filter);
          expect(resized.shape).toEqual([height, width, 3]);
          expect(Math.min(...resized.data)).toBeGreaterThanOrEqual(Math.min(...data));
          expect(Math.max(...resized.data)).toBeLessThanOrEqual(Math.max(...data));
        },
      ),
    );
    const flat = resizePillow(image(new Uint8Array(35).fill(77), 5, 7, 1), 13, 3, 'lanczos');
    expect(new Set(flat.data)).toEqual(new Set([77]));
  });

  it('takes views that are stored otherwise', () => {
    const source = noiseImage(8, 6, 3, 1);
    const turned = resizePillow(source.transpose(1, 0, 2), 4, 3);
    const plain = resizePillow(source, 3, 4);
    // Transposing first changes the order of the two passes, whose rounding may differ by a level.
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 4; x++) expect(Math.abs(turned.get(y, x, 0) - plain.get(x, y, 0))).toBeLessThan(2);
    }
  });

  it('gives an image of its own even where there is nothing to do', () => {
    const bytes = Buffer.from([1, 2, 3, 4]);
    const same = resizePillow(image(bytes, 2, 2, 1), 2, 2);
    bytes.fill(9);
    expect([...same.data]).toEqual([1, 2, 3, 4]);
  });

  it('names wrong arguments', () => {
    const source = noiseImage(2, 2, 1, 1);
    expect(() => resizePillow(source, 0, 2)).toThrow(
      new RangeError('invalid width: 0 (a whole number from 1 on)'),
    );
    expect(() => resizePillow(source, 2, 1.5)).toThrow(
      new RangeError('invalid height: 1.5 (a whole number from 1 on)'),
    );
    expect(() => resizePillow(source, 3, 3, 'cubic' as ResizeFilter)).toThrow(
      new RangeError('invalid filter: cubic (nearest, box, bilinear, hamming, bicubic, lanczos)'),
    );
  });
});
