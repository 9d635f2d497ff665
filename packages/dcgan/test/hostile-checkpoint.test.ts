import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { resolveConfig, Trainer } from '@cxr/dcgan';
import { checkpointFolder, loadCheckpoint, loadGenerator, readCheckpointInfo } from '@cxr/dcgan/node';
import { CxrFileError } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const config = resolveConfig({ size: 32, width: 1, latentDim: 4, batchSize: 4, ema: 0.5, seed: 5 });
let root: string;
let good: string;
let trainer: Trainer;

beforeAll(async () => {
  await useBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'cxr-dcgan-hostile-'));
  trainer = new Trainer(config);
  good = await checkpointFolder(join(root, 'good')).save(await trainer.state());
});
afterAll(() => rm(root, { recursive: true }));

let copies = 0;
/** A copy of the good checkpoint with some files replaced, their sizes and sha256 in the manifest set right. */
async function checkpointWith(
  files: Record<string, Uint8Array | string>,
  change: (manifest: Manifest) => unknown = (manifest) => manifest,
): Promise<string> {
  const folder = join(root, `copy-${copies++}`);
  await cp(good, folder, { recursive: true });
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    await writeFile(join(folder, name), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    manifest.files[name] = { bytes: bytes.length, sha256 };
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(change(manifest)));
  return folder;
}

interface Manifest {
  // biome-ignore lint/suspicious/noExplicitAny: tests put anything there
  [key: string]: any;
  files: Record<string, { bytes: number; sha256: string }>;
}

async function failure(attempt: Promise<unknown>): Promise<CxrFileError> {
  const began = performance.now();
  const error = await attempt.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(performance.now() - began).toBeLessThan(2000);
  expect(error).toBeInstanceOf(CxrFileError);
  return error as CxrFileError;
}

const modelJson = async (change: (model: Manifest) => unknown): Promise<string> =>
  JSON.stringify(change(JSON.parse(await readFile(join(good, 'average', 'model.json'), 'utf8'))));

describe('a manifest', () => {
  it.each([
    ['null', 'not a JSON object but null'],
    ['[]', 'not a JSON object but a list'],
    ['"step"', 'not a JSON object but a string'],
    ['7', 'not a JSON object but a number'],
    ['{', 'not JSON'],
    ['', 'not JSON'],
    ['{}', 'not the manifest'],
    ['{"format": "cxr-dcgan-checkpoint", "version": {}}', 'version {}, not 1'],
    ['['.repeat(1e6), 'not JSON'],
    [`${'['.repeat(4e5)}${']'.repeat(4e5)}`, 'a list'],
  ])('that is %.20s', async (text, message) => {
    const folder = await checkpointWith({});
    const file = join(folder, 'manifest.json');
    await writeFile(file, text);
    for (const load of [loadCheckpoint, loadGenerator, readCheckpointInfo]) {
      const error = await failure(load(folder));
      expect(error.file).toBe(file);
      expect(error.message).toContain(message);
    }
  });

  it.each<[string, unknown, string]>([
    ['step', -1, 'step: -1'],
    ['step', 1.5, 'step: 1.5'],
    ['step', '3', 'step: "3"'],
    ['step', 1e300, 'step: 1e+300'],
    ['step', null, 'step: null'],
    ['config', null, 'config: a config is an object of settings, not null'],
    ['config', [], 'config: a config is an object of settings, not []'],
    ['config', 'dcgan', 'config:'],
    ['config', { ...config, constructor: 1 }, 'unknown config key: constructor'],
    ['config', { ...config, width: 4096 }, 'a network of this config has'],
    ['config', { ...config, width: 2 ** 60 }, 'invalid width'],
    ['config', { ...config, size: '32' }, 'invalid size: "32"'],
    ['images', 5, 'images'],
    ['images', { count: -1, digest: 'x' }, 'images'],
    ['best', { step: 1 }, 'best'],
    ['best', { step: 1, score: 'low' }, 'best'],
    ['classNames', ['NORMAL'], 'classNames'],
    ['classNames', 'NORMAL', 'classNames'],
    ['files', null, 'files'],
    ['files', [], 'files'],
    ['files', { 'generator/model.json': null }, 'files'],
    ['files', { 'generator/model.json': { bytes: -1, sha256: '0'.repeat(64) } }, 'files'],
    ['files', { 'generator/model.json': { bytes: 1e12, sha256: '0'.repeat(64) } }, 'larger than it can be'],
    ['files', { 'moments.safetensors': { bytes: 1e10, sha256: '0'.repeat(64) } }, 'larger than it can be'],
    ['files', { 'generator/weights.bin': { bytes: 8, sha256: '0'.repeat(64) } }, 'a network of this config'],
    ['files', {}, 'does not list'],
  ])('with %s = %j', async (key, value, message) => {
    const folder = await checkpointWith({}, (manifest) => ({ ...manifest, [key]: value }));
    const error = await failure(loadCheckpoint(folder));
    expect(error.file).toBe(join(folder, 'manifest.json'));
    expect(error.message).toContain(message);
  });

  it('that lists more than maxBytes', async () => {
    const error = await failure(loadCheckpoint(good, { maxBytes: 1000 }));
    expect(error).toMatchObject({ code: 'too-large', file: join(good, 'manifest.json') });
    expect((await loadCheckpoint(good, { maxBytes: 1e6 })).step).toBe(0);
  });

  it('that is a pipe, a folder or huge', async () => {
    const folder = await checkpointWith({});
    const file = join(folder, 'manifest.json');
    await rm(file);
    execFileSync('mkfifo', [file]);
    // Only a regular file makes a folder a checkpoint; this one is then a store without any.
    expect((await failure(loadCheckpoint(folder))).code).toBe('not-found');
    const store = join(root, 'store');
    await mkdir(join(store, 'step-00000001', 'manifest.json'), { recursive: true });
    const inside = join(store, 'step-00000001', 'manifest.json');
    expect(await failure(loadCheckpoint(store))).toMatchObject({ code: 'not-a-file', file: inside });
    await rm(inside, { recursive: true });
    execFileSync('mkfifo', [inside]);
    expect(await failure(loadCheckpoint(store))).toMatchObject({ code: 'not-a-file', file: inside });
    await rm(inside);
    const handle = await open(inside, 'w');
    await handle.truncate(2 ** 31);
    await handle.close();
    expect(await failure(loadCheckpoint(store))).toMatchObject({ code: 'too-large', file: inside });
  });
});

describe('a network', () => {
  it.each<[string, (model: Manifest) => unknown]>([
    ['is null', () => null],
    ['is a list', () => []],
    ['has no weights', ({ modelTopology }) => ({ modelTopology })],
    ['has weights of null', (model) => ({ ...model, weightsManifest: [{ weights: [null] }] })],
    ['has a manifest of null', (model) => ({ ...model, weightsManifest: [null] })],
    ['has no topology', ({ weightsManifest }) => ({ weightsManifest })],
    ['has null for a topology', (model) => ({ ...model, modelTopology: null })],
    ['has null for layers', (model) => ({ ...model, modelTopology: { config: { layers: [null] } } })],
    [
      'has a layer of another kind',
      (model) => ({ ...model, modelTopology: { config: { layers: [{ class_name: 'Lambda' }] } } }),
    ],
  ])('that %s', async (_, change) => {
    const folder = await checkpointWith({ 'average/model.json': await modelJson(change) });
    for (const load of [loadCheckpoint, loadGenerator]) {
      expect((await failure(load(folder))).file).toBe(join(folder, 'average', 'model.json'));
    }
  });

  it.each<[string, (spec: { name: string; shape: number[] }) => unknown, string]>([
    ['a negative side', (spec) => ({ ...spec, shape: spec.shape.map((side) => -side) }), 'model.json'],
    ['a huge side', (spec) => ({ ...spec, shape: [2 ** 40] }), 'weights.bin'],
    ['a side of NaN', (spec) => ({ ...spec, shape: [null] }), 'model.json'],
    ['no name', ({ shape }) => ({ shape, dtype: 'float32' }), 'model.json'],
    ['another type', (spec) => ({ ...spec, dtype: 'int32' }), 'model.json'],
  ])('whose first weight has %s', async (_, change, file) => {
    const text = await modelJson((model) => {
      const [{ weights, paths }] = model.weightsManifest;
      return { ...model, weightsManifest: [{ paths, weights: [change(weights[0]), ...weights.slice(1)] }] };
    });
    const folder = await checkpointWith({ 'average/model.json': text });
    for (const load of [loadCheckpoint, loadGenerator]) {
      expect((await failure(load(folder))).file).toBe(join(folder, 'average', file));
    }
  });

  it('whose weights have other shapes or names than the config gives', async () => {
    for (const change of [{ shape: [64, 4] }, { name: 'project/weight' }]) {
      const text = await modelJson((model) => {
        Object.assign(model.weightsManifest[0].weights[0], change);
        return model;
      });
      const folder = await checkpointWith({ 'average/model.json': text });
      const expected = { code: 'mismatch', file: join(folder, 'average', 'model.json') };
      expect(await failure(loadGenerator(folder))).toMatchObject(expected);
      const state = await loadCheckpoint(folder);
      expect(await failure((async () => trainer.restore(state))())).toMatchObject(expected);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('with a weight of %d', async (value) => {
    const weights = await readFile(join(good, 'average', 'weights.bin'));
    weights.writeFloatLE(value, weights.length - 4);
    const folder = await checkpointWith({ 'average/weights.bin': weights });
    for (const load of [loadCheckpoint, loadGenerator]) {
      const error = await failure(load(folder));
      expect(error).toMatchObject({ code: 'corrupt', file: join(folder, 'average', 'weights.bin') });
      expect(error.message).toContain('up_16_norm/moving_variance');
    }
  });

  it.each(['manifest.json', 'average/model.json', 'average/weights.bin', 'moments.safetensors'])(
    'of which %s is missing',
    async (name) => {
      const folder = join(
        await checkpointFolder(join(root, `missing-${copies++}`)).save(await trainer.state()),
      );
      await rm(join(folder, name));
      // By its store: a folder without a manifest is no checkpoint.
      expect(await failure(loadCheckpoint(join(folder, '..')))).toMatchObject({
        code: 'not-found',
        file: join(folder, name),
      });
    },
  );

  it('opens as it was saved, and the tensors of failed attempts are freed', async () => {
    const before = tf.memory().numTensors;
    const text = await modelJson((model) => {
      model.weightsManifest[0].weights[0].name = 'other';
      return model;
    });
    await failure(loadGenerator(await checkpointWith({ 'average/model.json': text })));
    expect(tf.memory().numTensors).toBe(before);
    const generator = await loadGenerator(good);
    const of = (model: typeof generator) => (model.predict(tf.ones([1, 4])) as tf.Tensor).dataSync();
    expect(of(generator)).toEqual(of(trainer.ema!));
    generator.dispose();
  });
});

describe('moments', () => {
  const safetensors = (header: unknown, values = 0): Buffer => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, text, Buffer.alloc(values)]);
  };
  const one = (entry: unknown, values = 8) => safetensors({ 'generator/x/first': entry }, values);

  it.each<[string, Buffer]>([
    ['that are empty', Buffer.alloc(0)],
    ['without a tensor', safetensors({})],
    ['with a gap', one({ dtype: 'F32', shape: [2], data_offsets: [0, 8] }, 12)],
    ['whose header is null', safetensors('null')],
    ['whose header is a list', safetensors('[]')],
    ['whose header is not JSON', safetensors('{"a":')],
    ['whose header reaches past the end', Buffer.from('ffffffffffffff7f7b7d', 'hex')],
    ['with an entry of null', one(null)],
    ['with an entry without a shape', one({ dtype: 'F32', data_offsets: [0, 8] })],
    ['with a shape that is no list', one({ dtype: 'F32', shape: '2', data_offsets: [0, 8] })],
    ['with a negative side', one({ dtype: 'F32', shape: [-2], data_offsets: [8, 0] })],
    ['with three offsets', one({ dtype: 'F32', shape: [2], data_offsets: [0, 8, 8] })],
    ['that reach past the end', one({ dtype: 'F32', shape: [2 ** 40], data_offsets: [0, 2 ** 42] })],
    ['that begin before the start', one({ dtype: 'F32', shape: [3], data_offsets: [-4, 8] })],
    ['of another length than the shape', one({ dtype: 'F32', shape: [1], data_offsets: [0, 8] })],
    ['of another type', one({ dtype: 'F64', shape: [1], data_offsets: [0, 8] })],
    ['without a type', one({ shape: [2], data_offsets: [0, 8] })],
    [
      'that share their values',
      safetensors(
        Object.fromEntries(
          Array.from({ length: 1000 }, (_, i) => [
            `generator/${i}`,
            { dtype: 'F32', shape: [2000], data_offsets: [0, 8000] },
          ]),
        ),
        8000,
      ),
    ],
    [
      'that overlap',
      safetensors(
        {
          b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
          a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
        },
        12,
      ),
    ],
    [
      'that are not finite',
      Buffer.concat([
        one({ dtype: 'F32', shape: [1], data_offsets: [0, 4] }, 0),
        Buffer.from('0000c07f', 'hex'),
      ]),
    ],
  ])('%s', async (_, bytes) => {
    const folder = await checkpointWith({ 'moments.safetensors': bytes });
    expect((await failure(loadCheckpoint(folder))).file).toBe(join(folder, 'moments.safetensors'));
  });

  it('of another network', async () => {
    const folder = await checkpointWith({
      'moments.safetensors': one({ dtype: 'F32', shape: [2], data_offsets: [0, 8] }),
    });
    const state = await loadCheckpoint(folder);
    const error = await failure((async () => trainer.restore(state))());
    expect(error).toMatchObject({ code: 'mismatch', file: join(folder, 'moments.safetensors') });
  });
});
