import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import {
  collectTrainingSet,
  createDiscriminator,
  createGenerator,
  findNearest,
  interpolate,
  PRESETS,
  readGenerator,
  readGeneratorInfo,
  resolveConfig,
  sample,
  Trainer,
  type TrainOptions,
  train,
  writeGenerator,
} from '@cxr/dcgan';
import {
  checkpointFolder,
  loadCheckpoint,
  loadGenerator,
  readCheckpointInfo,
  saveSamples,
} from '@cxr/dcgan/node';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tiny = { size: 32, width: 1, latentDim: 4 } as const;
const config = resolveConfig({ ...tiny, batchSize: 4 });
const images = [...phantoms({ count: 2, seed: 1, size: 32 })];
let folder: string;
let generator: tfl.LayersModel;

beforeAll(async () => {
  await useBackend('cpu');
  generator = createGenerator(tiny);
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-options-'));
  const trainer = new Trainer(config);
  await checkpointFolder(folder).save(await trainer.state());
  trainer.dispose();
});
afterAll(() => rm(folder, { recursive: true }));

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const file = () => writeGenerator(generator, { config, step: 0 });
const ends = { from: { seed: 1 }, to: { seed: 2 } };
const run = (options: object) => train({ images, ...config, steps: 0, ...options } as TrainOptions);

/** Each function with options: its name, a call with more options, an option that it has, and a misspelt one. */
const calls: readonly [name: string, call: (options: object) => unknown, known: object, unknown: string][] = [
  ['createGenerator', (o) => createGenerator({ ...tiny, ...o }), { classes: 2 }, 'latentdim'],
  [
    'createDiscriminator',
    (o) => createDiscriminator({ ...tiny, ...o }),
    { discriminatorNorm: 'none' },
    'norm',
  ],
  ['sample', (o) => all(sample(generator, { count: 1, ...o })), { seed: 3, stretch: true }, 'batchsize'],
  ['interpolate', (o) => interpolate(generator, { ...ends, ...o }), { steps: 2 }, 'step'],
  [
    'interpolate’s from',
    (o) => interpolate(generator, { ...ends, from: { seed: 1, ...o } }),
    { index: 3 },
    'number',
  ],
  [
    'interpolate’s to',
    (o) => interpolate(generator, { ...ends, to: { seed: 1, ...o } }),
    { index: 3 },
    'number',
  ],
  ['writeGenerator', (o) => writeGenerator(generator, { config, step: 0 }, o), { type: 'F16' }, 'dtype'],
  ['readGenerator', async (o) => readGenerator(await file(), o), { file: 'g' }, 'path'],
  ['readGeneratorInfo', async (o) => readGeneratorInfo(await file(), o), { file: 'g' }, 'path'],
  ['findNearest', (o) => findNearest(images, images, o), { bits: 8 }, 'size'],
  ['collectTrainingSet', (o) => collectTrainingSet(images, config, o), { range: [0, 1] }, 'size'],
  ['checkpointFolder', (o) => checkpointFolder(folder, o), { keep: 2 }, 'kept'],
  ['loadCheckpoint', (o) => loadCheckpoint(folder, o), { step: 0 }, 'steps'],
  ['loadGenerator', (o) => loadGenerator(folder, o), { maxBytes: 1e6 }, 'maxbytes'],
  ['readCheckpointInfo', (o) => readCheckpointInfo(folder, o), { step: 0 }, 'Step'],
  [
    'saveSamples',
    (o) => saveSamples(images, join(folder, 'samples'), o),
    { stretch: true, prefix: 'a' },
    'name',
  ],
];

describe('an option that a function does not have is refused by name', () => {
  it.each(calls)('%s', async (name, call, known, unknown) => {
    await expect((async () => call(known))()).resolves.toBeDefined();
    const wrong = (async () => call({ ...known, [unknown]: 1 }))();
    await expect(wrong).rejects.toThrow(RangeError);
    await expect(wrong).rejects.toThrow(`unknown option '${unknown}' of ${name} (it has `);
  });

  it('of train, resolveConfig and Trainer', async () => {
    await expect(all(run({ sampleevery: 1 }))).rejects.toThrow('unknown config key: sampleevery');
    expect(() => resolveConfig({ sizes: 32 } as object)).toThrow('unknown config key: sizes');
    expect(() => new Trainer({ ...config, sizes: 32 } as never)).toThrow('unknown config key: sizes');
    expect(() => new Trainer({ ...config, ema: Number.NaN })).toThrow('invalid ema');
    expect(() => new Trainer(undefined as never)).toThrow('a config is an object of settings');
  });

  it('but a whole config makes both networks', () => {
    for (const whole of [PRESETS.modern, resolveConfig({ ...tiny, preset: 'paper' })]) {
      for (const create of [createGenerator, createDiscriminator]) {
        create({ ...whole, ...tiny }).dispose();
        expect(() => create({ ...whole, ...tiny, loss_: 1 } as never)).toThrow("unknown option 'loss_'");
      }
    }
  });
});
