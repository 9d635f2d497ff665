import { image, type Pixels, resizePillow } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines, sha256 } from '../../../test/support/goldens.js';

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

type Row = { from: number; to: number } & Record<keyof typeof TYPES, string>;

const rows = readJsonLines<Row>('image/resize_nearest.jsonl');

describe.each(Object.keys(TYPES) as (keyof typeof TYPES)[])('resizePillow by nearest, %s', (type) => {
  const ramp = (length: number): Pixels => new TYPES[type](length).map((_: number, i: number) => i);

  it('takes the source pixels that Pillow takes, of 432 sizes, across', () => {
    const wrong = rows.filter(
      ({ from, to, [type]: golden }) =>
        !sha256(resizePillow(image(ramp(from), 1, from, 1), to, 1, 'nearest').data).startsWith(golden),
    );
    expect(wrong).toEqual([]);
  });

  it('and down', () => {
    const wrong = rows.filter(
      ({ from, to, [type]: golden }) =>
        !sha256(resizePillow(image(ramp(from), from, 1, 1), 1, to, 'nearest').data).startsWith(golden),
    );
    expect(wrong).toEqual([]);
  });
});
