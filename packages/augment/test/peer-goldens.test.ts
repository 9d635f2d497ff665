import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as augment from '@cxr/augment';
import { type NpyArray, readNpz } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { wrap } from './images.js';

// Made by Pillow, albumentations and MONAI: fixtures/augment/make_peer_goldens.py.
const folder = new URL('../../../fixtures/augment/', import.meta.url);
const verbs: Record<string, unknown> = { ...augment };

interface Case {
  input: 'grey' | 'rgb' | 'square';
  transform: string;
  options: object;
  params: augment.Json;
  shape: number[];
  sha256?: string;
  result?: string;
}

const read = (name: string) => readFileSync(new URL(name, folder));
const casesOf = (name: string) => (JSON.parse(read(`${name}.json`).toString()) as { cases: Case[] }).cases;
const { grey, square } = Object.fromEntries(
  Object.entries(readNpz(read('goldens.npz'))).map(([name, { data, shape }]: [string, NpyArray]) => [
    name,
    wrap(data as augment.Pixels, shape[0]!, shape[1]!, shape[2] ?? 1),
  ]),
) as { grey: augment.Image; square: augment.Image };

/** As in the script: the phantom, mirrored, and inverted upside down. */
function coloured(): augment.Image {
  const [height, width] = grey.shape as [number, number];
  const data = new Uint8Array(grey.data.length * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[i++] = grey.get(y, x, 0);
      data[i++] = grey.get(y, width - 1 - x, 0);
      data[i++] = 255 - grey.get(height - 1 - y, x, 0);
    }
  }
  return wrap(data, height, width, 3);
}

const inputs = { grey, square, rgb: coloured() };

/** What the options need where the case gives the parameters themselves. */
const REQUIRED: Record<string, object> = { rotate: { degrees: 0 } };

function run({ transform, options, params }: Case, image: augment.Image): augment.Image {
  const make = verbs[transform] as (options: object) => augment.Transform;
  return make({ ...REQUIRED[transform], ...options }).apply(image, params);
}

function same(one: Case): void {
  const result = run(one, inputs[one.input]);
  expect(result.shape.slice(0, one.shape.length)).toEqual(one.shape);
  expect(createHash('sha256').update(result.data).digest('hex')).toBe(one.sha256);
}

function largest(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(got[i]! - value)));
}

const label = ({ transform, options, params, input }: Case) =>
  `${transform} ${JSON.stringify(options)} ${JSON.stringify(params).slice(0, 60)} on ${input}`;

describe('beside Pillow, to the bit', () => {
  it.each(casesOf('pillow').map((one) => [label(one), one] as const))('%s', (_, one) => same(one));
});

describe('beside albumentations on OpenCV', () => {
  const arrays = readNpz(read('albumentations.npz'));
  // OpenCV's remap knows 32 positions between two pixels, and its filter rounds halves either way.
  const within: Record<string, number> = { gridDistortion: 4, motionBlur: 1 };
  it.each(casesOf('albumentations').map((one) => [label(one), one] as const))('%s', (_, one) => {
    if (one.sha256) return same(one);
    const { data } = arrays[one.result!]!;
    expect(largest(run(one, inputs[one.input]).data, data as Uint8Array)).toBeLessThanOrEqual(
      within[one.transform]!,
    );
  });

  it('gridDistortion looks at the same places, but for what a cell is', () => {
    const one = casesOf('albumentations').find(
      (it) => it.transform === 'gridDistortion' && it.input === 'square',
    )!;
    const { columns, rows } = one.params as { columns: number[]; rows: number[] };
    // A ramp whose values are the positions.
    const ramp = Float32Array.from({ length: 1600 }, (_, i) => ((i % 40) + 0.5) / 40);
    const data = run(one, wrap(ramp, 40, 40, 1)).data.subarray(0, 40);
    const x = arrays.square_x!.data as Float32Array;
    expect(columns).not.toEqual(rows);
    // There the first and the last of a cell's ten pixels lie on its edges; here they are half a pixel away from them, and
    // the middle of a pixel is at 0.5: at the last one 0.5 and half a source pixel of at most 1.3.
    expect(
      largest(
        Array.from(data, (value) => value * 40 - 0.5),
        x,
      ),
    ).toBeLessThan(1.15);
  });
});

describe('beside MONAI', () => {
  const arrays = readNpz(read('monai.npz'));
  it.each(casesOf('monai').map((one) => [label(one), one] as const))('%s', (_, one) => {
    const expected = arrays[one.result!]!.data as Uint16Array;
    const { data, shape } = inputs[one.input];
    const [height, width, channels] = shape as [number, number, number];
    const float = wrap(
      Float32Array.from(data, (value) => value / 255),
      height,
      width,
      channels,
    );
    const got = Float32Array.from(run(one, float).data, (value) => value * 65535);
    // The golden is rounded to 16 bits; MONAI's positions are in single precision.
    expect(largest(got, expected)).toBeLessThan(0.6);
    const eight = run(one, inputs[one.input]).data;
    expect(
      largest(
        eight,
        Array.from(expected, (value) => value / 257),
      ),
    ).toBeLessThan(0.51);
  });
});
