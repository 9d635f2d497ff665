import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import {
  checkTrainOptions,
  collectTrainingSet,
  createDiscriminator,
  createGenerator,
  diffAugment,
  drawLatent,
  exportOnnx,
  fakeLoss,
  findNearest,
  generatorLoss,
  interpolate,
  labelOf,
  realLoss,
  render,
  resolveConfig,
  sample,
  Trainer,
  type TrainOptions,
} from '@cxr/dcgan';
import {
  checkpointFolder,
  createRunLog,
  hashWeights,
  listCheckpoints,
  loadCheckpoint,
  loadGenerator,
  readCheckpointInfo,
  saveSamples,
} from '@cxr/dcgan/node';
import { createRng, image } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const tiny = { size: 32, width: 1, latentDim: 4 } as const;
const images = [...phantoms({ count: 2, seed: 1, size: 32 })];
let folder: string;
let generator: tfl.LayersModel;

beforeAll(async () => {
  await useBackend('cpu');
  generator = createGenerator(tiny);
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-arguments-'));
});
afterAll(() => rm(folder, { recursive: true }));

// Any arguments: what JavaScript callers pass.
// biome-ignore lint/suspicious/noExplicitAny: the types forbid these calls
const loose = (call: unknown) => call as (...args: any[]) => any;
const of = async (call: () => unknown) => call();

const notGenerators: [unknown, string][] = [
  ['runs/a', 'string runs/a'],
  [undefined, 'undefined'],
  [null, 'null'],
  [new Map(), 'Map'],
];

describe('what is no generator', () => {
  const functions: [string, (generator: never) => unknown][] = [
    ['sample', (model) => sample(model, { count: 1 }).next()],
    ['render', (model) => render(model, new Float32Array(4))],
    ['interpolate', (model) => interpolate(model, { from: { seed: 1 }, to: { seed: 2 } })],
    ['exportOnnx', (model) => exportOnnx(model)],
  ];

  it.each(functions)('is refused by %s', async (name, call) => {
    for (const [value, what] of notGenerators) {
      await expect(of(() => call(value as never))).rejects.toThrow(
        new TypeError(`${name} takes a generator, of createGenerator or loadGenerator, not ${what}`),
      );
    }
    const discriminator = createDiscriminator(tiny);
    await expect(of(() => call(discriminator as never))).rejects.toThrow('a model of inputs [[,32,32,1]]');
    discriminator.dispose();
  });
});

describe('arguments of other kinds', () => {
  it.each<[string, () => unknown, string]>([
    [
      'createGenerator',
      () => loose(createGenerator)(),
      'createGenerator takes an object of options, not undefined',
    ],
    [
      'createGenerator',
      () => loose(createGenerator)([]),
      'createGenerator takes an object of options, not an array',
    ],
    [
      'createDiscriminator',
      () => loose(createDiscriminator)('x'),
      'createDiscriminator takes an object of options, not string x',
    ],
    ['sample', () => loose(sample)(generator, 5).next(), 'sample takes an object of options, not number 5'],
    ['sample', () => loose(sample)(generator).next(), 'sample takes an object of options, not undefined'],
    [
      'interpolate',
      () => loose(interpolate)(generator, { from: { seed: 1 } }),
      'interpolate’s to takes an object of options',
    ],
    ['render', () => loose(render)(generator, [0, 0, 0, 0]), 'latents as a Float32Array, not an array'],
    [
      'render',
      () => loose(render)(generator, new Float32Array(4), 1),
      'labels as an array of numbers, not number 1',
    ],
    ['labelOf', () => loose(labelOf)(undefined, 2), 'a class’s name or number, not undefined'],
    ['labelOf', () => loose(labelOf)([0], 2), 'a class’s name or number, not an array'],
    ['labelOf', () => loose(labelOf)('a', 2, 'a,b'), 'classNames are an array of names, not string a,b'],
    ['findNearest', () => loose(findNearest)('fakes', images), 'not a set of images: string fakes'],
    ['findNearest', () => loose(findNearest)(images, 'reals'), 'not a set of images: string reals'],
    [
      'findNearest',
      () => loose(findNearest)(images, images, 5),
      'findNearest takes an object of options, not number 5',
    ],
    [
      'collectTrainingSet',
      () => loose(collectTrainingSet)(images),
      'collectTrainingSet takes a config, of resolveConfig',
    ],
    [
      'collectTrainingSet',
      () => loose(collectTrainingSet)('x', resolveConfig(tiny)),
      'not a set of images: string x',
    ],
    [
      'diffAugment',
      () => loose(diffAugment)([1], ['cutout'], createRng(1)),
      'takes a tensor [n, h, w, c], not an array',
    ],
    [
      'diffAugment',
      () => loose(diffAugment)(tf.zeros([2, 2]), [], createRng(1)),
      'takes a tensor [n, h, w, c]',
    ],
    [
      'diffAugment',
      () => loose(diffAugment)(tf.zeros([1, 8, 8, 1]), 'cutout', createRng(1)),
      'an array of kinds, not string',
    ],
    [
      'diffAugment',
      () => loose(diffAugment)(tf.zeros([1, 8, 8, 1]), [], 1),
      'random numbers of createRng(seed), not number 1',
    ],
    [
      'hashWeights',
      () => loose(hashWeights)('runs/a'),
      'a state of loadCheckpoint is expected, not string runs/a',
    ],
    [
      'Trainer.restore',
      () => loose((state: never) => new Trainer(resolveConfig(tiny)).restore(state))(5),
      'not number 5',
    ],
    [
      'Trainer.growFrom',
      () => loose((state: never) => new Trainer(resolveConfig(tiny)).growFrom(state))({}),
      'not an object',
    ],
  ])('are refused by %s', async (_, call, message) => {
    await expect(of(call)).rejects.toThrow(TypeError);
    await expect(of(call)).rejects.toThrow(message);
  });

  it.each<[string, () => unknown, string]>([
    ['drawLatent', () => drawLatent(0.5, 0, 4), 'invalid seed: 0.5'],
    ['drawLatent', () => drawLatent(1, -1, 4), 'invalid index: -1'],
    ['drawLatent', () => drawLatent(1, 0, 0), 'invalid latentDim: 0'],
    ['sample', () => sample(generator, { count: 1, seed: Number.NaN }).next(), 'invalid seed: NaN'],
    [
      'interpolate',
      () => interpolate(generator, { from: { seed: 1 }, to: { seed: 1 }, steps: 1 }),
      'invalid steps: 1',
    ],
    [
      'interpolate',
      () => interpolate(generator, { from: { seed: 1 }, to: { seed: 1, index: -1 } }),
      'invalid index: -1',
    ],
    ['labelOf', () => labelOf(0, -1), 'invalid classes: -1'],
    [
      'diffAugment',
      () => loose(diffAugment)(tf.zeros([1, 8, 8, 1]), ['flip'], createRng(1)),
      'invalid kind of diffAugment: flip',
    ],
    ['realLoss', () => loose(realLoss)('wgan', tf.zeros([1, 1])), 'invalid loss: wgan (bce, hinge'],
    ['fakeLoss', () => loose(fakeLoss)('constructor', tf.zeros([1, 1])), 'invalid loss: constructor'],
    ['generatorLoss', () => loose(generatorLoss)(undefined, tf.zeros([1, 1])), 'invalid loss: undefined'],
    ['loadCheckpoint', () => loadCheckpoint(folder, { step: -1 }), 'invalid step: -1'],
    ['loadCheckpoint', () => loose(loadCheckpoint)(folder, { step: '3' }), 'invalid step: 3'],
    ['loadCheckpoint', () => loadCheckpoint(folder, { maxBytes: Number.NaN }), 'invalid maxBytes: NaN'],
    ['createRunLog', () => createRunLog(folder, 0.5), 'invalid fromStep: 0.5'],
    ['saveSamples', () => saveSamples(images, folder, { prefix: '../a' }), 'invalid prefix: ../a'],
    ['saveSamples', () => loose(saveSamples)(images, folder, { prefix: 7 }), 'invalid prefix: 7'],
  ])('and values out of range by %s', async (_, call, message) => {
    await expect(of(call)).rejects.toThrow(RangeError);
    await expect(of(call)).rejects.toThrow(message);
  });
});

describe('a folder', () => {
  it.each<[string, (path: never) => unknown]>([
    ['checkpointFolder', (path) => checkpointFolder(path)],
    ['listCheckpoints', (path) => listCheckpoints(path)],
    ['loadCheckpoint', (path) => loadCheckpoint(path)],
    ['loadGenerator', (path) => loadGenerator(path)],
    ['readCheckpointInfo', (path) => readCheckpointInfo(path)],
    ['createRunLog', (path) => createRunLog(path, 0)],
    ['saveSamples', (path) => saveSamples(images, path)],
  ])('is a path: %s', async (name, call) => {
    for (const [path, what] of [
      [undefined, 'undefined'],
      ['', 'an empty string'],
      [new URL('file:///x'), 'URL'],
    ] as const) {
      await expect(of(() => call(path as never))).rejects.toThrow(
        new TypeError(`${name} takes the path of a folder, not ${what}`),
      );
    }
  });

  it('of a run is not a file', async () => {
    const file = join(folder, 'weights.bin');
    await writeFile(file, 'x');
    for (const load of [loadCheckpoint, loadGenerator, readCheckpointInfo]) {
      await expect(load(file)).rejects.toMatchObject({
        code: 'not-a-directory',
        file,
        message: `${file}: a file, not the folder of a run or checkpoint`,
      });
    }
    expect(await listCheckpoints(file)).toEqual([]);
    expect(await listCheckpoints(join(folder, 'nowhere'))).toEqual([]);
  });
});

describe('options of train', () => {
  const state = { config: resolveConfig(tiny), generator: { weights: [] } };
  it.each<[object, string]>([
    [{ images: 'folder' }, 'not a set of images: string folder: to read a folder, pass readImages'],
    [{ images: {} }, 'not a set of images: an object'],
    [{ resume: 'runs/a' }, 'invalid resume: a state of loadCheckpoint is expected, not string runs/a'],
    [{ resume: null }, 'invalid resume: a state of loadCheckpoint is expected, not null'],
    [{ growFrom: 5 }, 'invalid growFrom: a state of loadCheckpoint is expected, not number 5'],
    [{ growFrom: state }, 'invalid growFrom: a state of loadCheckpoint is expected, not an object'],
    [{ signal: new AbortController() }, 'invalid signal: an AbortSignal is expected, not AbortController'],
    [{ signal: null }, 'invalid signal: an AbortSignal is expected, not null'],
    [{ bits: 17 }, 'invalid bits: 17'],
    [{ range: [1, 0] }, 'invalid range: [1,0]'],
    [{ range: 255 }, 'invalid range: [255]'],
  ])('%o', (options, message) => {
    const given = { images, steps: 1, ...tiny, ...options } as unknown as TrainOptions;
    expect(() => checkTrainOptions(given)).toThrow(message);
  });
});

describe('saveSamples', () => {
  it('takes every form of a set of images, as bytes', async () => {
    const bytes = Uint8Array.of(0, 100, 200, 255);
    const wide = image(
      Uint16Array.from(bytes, (byte) => 257 * byte),
      2,
      2,
      1,
    );
    const floats = image(
      Float32Array.from(bytes, (byte) => byte / 255),
      2,
      2,
      1,
    );
    const batch = { data: Uint8Array.from([...bytes, ...bytes]), shape: [2, 2, 2, 1] };
    const out = join(folder, 'forms');
    expect(await saveSamples([image(bytes, 2, 2, 1), wide, { name: 'x', image: floats }, batch], out)).toBe(
      5,
    );
    for (const name of await readdir(out)) expect((await readImage(join(out, name))).data).toEqual(bytes);
    expect(await saveSamples([wide], out, { prefix: 'dark', stretch: true })).toBe(1);
    expect(await readdir(out)).toContain('dark-00000.png');
    await expect(loose(saveSamples)('folder', out)).rejects.toThrow('not a set of images: string folder');
  });
});
