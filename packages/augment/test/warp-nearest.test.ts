import { type AffineMatrix, type Pixels, warpAffine } from '@cxr/augment';
import { expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';
import { wrap } from './images.js';

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

type Row = { height: number; width: number; matrix: AffineMatrix } & Record<keyof typeof TYPES, string>;

// Made by Pillow: fixtures/augment/make_nearest_goldens.py.
const rows = readJsonLines<Row>('augment/nearest.jsonl');

it.each(Object.keys(TYPES) as (keyof typeof TYPES)[])("takes Pillow's nearest pixels, %s", (type) => {
  expect(rows).toHaveLength(200);
  const wrong = rows.filter(({ height, width, matrix, [type]: golden }) => {
    // Floats are in 0..1 here: Pillow's were 65536 times as large.
    const unit = type === 'float32' ? 2 ** -16 : 1;
    const ramp = new TYPES[type](height * width).map((_: number, i: number) => i * unit) as Pixels;
    const sampling = { interpolation: 'nearest', fill: 0 } as const;
    const { data } = warpAffine(wrap(ramp, height, width, 1), matrix, sampling);
    return !sha256(data.map((value: number) => value / unit)).startsWith(golden);
  });
  expect(wrong).toEqual([]);
});
