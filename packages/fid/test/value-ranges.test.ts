import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { encodePng, phantom } from '@cxr/data';
import { streamBatches } from '@cxr/data/node';
import {
  activationBatches,
  activations,
  computeFid,
  type ImageSet,
  kid,
  memorisation,
  noiseFloor,
  prdc,
  statistics,
  type ValueRange,
} from '@cxr/fid';
import { type Image, image, type NamedImage, pixels } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import ndarray from 'ndarray';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stripesEngine } from './shared.js';

const SIZE = 16;
const COUNT = 12;

const engine = stripesEngine();

const chests = (sick: boolean): Image<Uint8Array>[] =>
  Array.from({ length: COUNT }, (_, seed) => phantom({ seed, size: SIZE, sick }) as Image<Uint8Array>);
const sets = { healthy: chests(false), sick: chests(true) };

const each = (images: readonly Image[], convert: (value: number) => number, type: 'u16' | 'f32') =>
  images.map((source) => {
    const data = Array.from(pixels(source), convert);
    return image(type === 'u16' ? Uint16Array.from(data) : Float32Array.from(data), SIZE, SIZE, 1);
  });
const stacked = <T extends Uint8Array | Float32Array>(data: T) => ndarray(data, [COUNT, SIZE, SIZE, 1]);
const bytesOf = (images: readonly Image[]) => Uint8Array.from(images.flatMap((one) => [...pixels(one)]));
const unit = (images: readonly Image[]) => Float32Array.from(bytesOf(images), (value) => value / 255);
const signed = (images: readonly Image[]) => Float32Array.from(bytesOf(images), (value) => value / 127.5 - 1);

const folder = mkdtempSync(join(tmpdir(), 'cxr-ranges-'));
const files = (name: 'healthy' | 'sick') =>
  sets[name].map((source, i) => {
    const file = join(folder, `${name}-${i}.png`);
    writeFileSync(file, encodePng(source));
    return file;
  });

afterAll(() => rmSync(folder, { recursive: true }));

/** The same images in every form that a set may have. */
const FORMS: [string, (name: 'healthy' | 'sick') => ImageSet, { range?: ValueRange; bits?: number }?][] = [
  ['floats in 0..1', (name) => each(sets[name], (value) => value / 255, 'f32')],
  ['floats in −1..1', (name) => each(sets[name], (value) => value / 127.5 - 1, 'f32'), { range: [-1, 1] }],
  ['floats in 0..255', (name) => each(sets[name], (value) => value, 'f32'), { range: [0, 255] }],
  ['16 bits', (name) => each(sets[name], (value) => 257 * value, 'u16')],
  ['12 of 16 bits', (name) => each(sets[name], (value) => 16 * value + 15, 'u16'), { bits: 12 }],
  ['named images', (name) => sets[name].map((one, i): NamedImage => ({ name: `${i}`, image: one }))],
  ['loaders', (name) => sets[name].map((one) => () => Promise.resolve(one))],
  ['a batch of bytes', (name) => stacked(bytesOf(sets[name]))],
  ['a batch of floats', (name) => stacked(unit(sets[name]))],
  ['a batch of floats in −1..1', (name) => stacked(signed(sets[name])), { range: [-1, 1] }],
  [
    'plain batches with a range of their own',
    (name) => [{ data: signed(sets[name]), shape: [COUNT, SIZE, SIZE, 1], range: [-1, 1] as const }],
  ],
  ['a tensor of floats', (name) => tf.tensor4d(unit(sets[name]), [COUNT, SIZE, SIZE, 1])],
  [
    'a tensor in −1..1',
    (name) => tf.tensor4d(signed(sets[name]), [COUNT, SIZE, SIZE, 1]),
    { range: [-1, 1] },
  ],
  ['a tensor of whole numbers', (name) => tf.tensor4d(bytesOf(sets[name]), [COUNT, SIZE, SIZE, 1], 'int32')],
  [
    'batches of streamBatches',
    (name) => streamBatches(files(name), { size: SIZE, batchSize: 5, workers: 0 }),
  ],
];

describe('the same images in another form', () => {
  let fid: number;
  let rows: Float32Array;
  let expected: unknown;
  const metrics = (real: Parameters<typeof kid>[0], fake: Parameters<typeof kid>[0]) => [
    kid(real, fake, { subsetSize: 9, subsets: 4 }),
    prdc(real, fake),
    memorisation(real, fake),
    noiseFloor(real, { splits: 3 }),
  ];

  beforeAll(async () => {
    await useBackend('cpu');
    fid = (await computeFid(sets.healthy, sets.sick, { engine })).fid;
    const real = await activations(sets.healthy, engine);
    rows = real.data;
    expected = metrics(real, await activations(sets.sick, engine));
    expect(fid).toBeGreaterThan(0);
  });

  it.each(FORMS)('has the same score to the last digit: %s', async (_, set, options = {}) => {
    expect((await computeFid(set('healthy'), set('sick'), { engine, ...options })).fid).toBe(fid);
    const real = await activations(set('healthy'), engine, options);
    expect(real.data).toEqual(rows);
    expect(metrics(real, await activations(set('sick'), engine, options))).toEqual(expected);
    expect((await statistics(set('healthy'), engine, options)).mu).toEqual(
      (await statistics(sets.healthy, engine)).mu,
    );
    for await (const batch of activationBatches(set('healthy'), engine, { ...options, batchSize: 5 })) {
      expect(batch.activations.data).toEqual(rows.subarray(0, 5 * batch.names.length));
      break;
    }
  });
});

describe('floats outside their range', () => {
  const floats = (value: number) => {
    const [first, ...others] = each(sets.healthy, (byte) => byte / 255, 'f32');
    const wrong = image(Float32Array.from(pixels(first!)), SIZE, SIZE, 1);
    wrong.data[7] = value;
    return [...others, wrong];
  };
  const last = `image ${COUNT - 1}`;

  it.each([
    [1.25, `${last}: a sample of 1.25`],
    [-0.5, `${last}: a sample of -0.5`],
    [255, `${last}: a sample of 255`],
    [Number.NaN, `${last}: a sample of NaN`],
    [Number.POSITIVE_INFINITY, `${last}: a sample of Infinity`],
  ])('are refused by every entry: %d', async (value, message) => {
    const wrong = floats(value);
    const text = new RegExp(`^${message} is outside \\[0, 1\\]`);
    await expect(computeFid(wrong, sets.sick, { engine })).rejects.toThrow(text);
    await expect(computeFid(sets.sick, wrong, { engine })).rejects.toThrow(text);
    await expect(activations(wrong, engine)).rejects.toThrow(text);
    await expect(statistics(wrong, engine)).rejects.toThrow(text);
  });

  it('and ranges that are none', async () => {
    for (const range of [
      [1, 0],
      [0, 0],
      [0, Number.NaN],
    ] as const) {
      await expect(activations(floats(0), engine, { range })).rejects.toThrow(/invalid range/);
    }
    await expect(activations(floats(0), engine, { bits: 17 })).rejects.toThrow('invalid bits: 17');
  });
});

describe('pictures of 12 bits in 16', () => {
  it('are warned of, once a set, with what to do', async () => {
    const dark = () => each(sets.healthy, (value) => 16 * value, 'u16');
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    await computeFid(dark(), dark(), { engine, onWarning });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/the 12 16-bit images use only 12 of 16 bits.*--bits 12/);
    await computeFid(dark(), sets.sick, { engine, onWarning, bits: 12 });
    expect(warnings).toHaveLength(2);
  });
});
