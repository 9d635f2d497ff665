import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import {
  collectTrainingSet,
  type ModelState,
  resolveConfig,
  Trainer,
  type TrainOptions,
  type TrainSettings,
  type TrainState,
  train,
} from '@cxr/dcgan';
import {
  checkpointFolder,
  hashWeights,
  listCheckpoints,
  loadCheckpoint,
  loadGenerator,
} from '@cxr/dcgan/node';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const images = [...phantoms({ count: 10, seed: 1, size: 32 })];
const tiny = { images, size: 32, width: 1, latentDim: 4, batchSize: 4, seed: 5 } as const;
const BLURRED: TrainSettings = {
  ...{ upsampling: 'transposed-notch', outputSkips: true, initialization: 'he' },
  ...{ discriminatorNorm: 'none', discriminatorBlur: '1-2-1', highPass: true, minibatchStd: 2 },
};
const RESIDUAL: TrainSettings = {
  ...{ preset: 'xray-residual', discriminatorWidth: 2, fullSizeFeatures: 2, minibatchStd: 2, r1Every: 2 },
};
let folder: string;

beforeAll(() => useBackend('cpu'));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(options: Partial<TrainOptions> & { steps: number }): Promise<void> {
  const checkpoints = checkpointFolder(folder);
  for await (const event of train({ ...tiny, checkpoints, ...options })) {
    if (event.type === 'end') event.generator.dispose();
  }
}

/** All that two equal runs share: weights, moments, step. */
async function fingerprint(step?: number): Promise<unknown> {
  const state = await loadCheckpoint(folder, step === undefined ? {} : { step });
  const { anchors, augmentProbability, moments } = state;
  return { step: state.step, weights: hashWeights(state), moments, anchors, augmentProbability };
}

describe('a run that is resumed', () => {
  it.each([
    ['dcgan', {}],
    ['with everything on', { preset: 'modern', r1: 1, r1Every: 2 }],
    ['paper', { preset: 'paper', size: 32, channels: 1 }],
    [
      'blurred',
      { ...BLURRED, r1: 1, r1Every: 2, ema: 0.9, learningRateDecay: 'cosine', decayStart: 2, decayEnd: 5 },
    ],
    ['the loss of spectra', { spectrum: 2 }],
    ['LeCam and ADA', { lecam: 0.3, ada: 0.1, diffAugment: ['translation', 'cutout'] }],
    ['xray', { preset: 'xray', size: 32 }],
    ['residual blocks', { ...RESIDUAL, size: 32 }],
    ['residual blocks, decoded', { ...RESIDUAL, size: 32, reconstruction: 1, highPass: true, ada: 0.1 }],
    ['decoded', { reconstruction: 1, size: 64, discriminatorNorm: 'none', r1: 1, r1Every: 2 }],
    ['full size', { fullSizeFeatures: 2, outputSkips: true, ema: 0.9 }],
    ['median', { medianFilter: true, ema: 0.9 }],
    ['excited', { skipExcitation: true, size: 64, ema: 0.9 }],
    ['bilinear', { upsampling: 'bilinear', discriminatorBlur: '1-3-3-1', highPass: true, ema: 0.9 }],
  ] as const)('equals the run that was never stopped, bit for bit: %s', async (_, config) => {
    await run({ ...config, steps: 6, checkpointEvery: 3 });
    const whole = await fingerprint();
    const resume = await loadCheckpoint(folder, { step: 3 });
    await rm(folder, { recursive: true });
    await run({ steps: 6, resume, size: resume.config.size });
    expect(await fingerprint()).toEqual(whole);
  });

  it('grows: a run of twice the size and half the width begins with all but the layers next to the image', async () => {
    await run({ steps: 2, width: 2, ema: 0.5 });
    const state = await loadCheckpoint(folder);
    const { images: _, ...config } = tiny;
    const grown = new Trainer(resolveConfig({ ...config, size: 64, ema: 0.5 }));
    const fresh = new Trainer(resolveConfig({ ...config, size: 64 }));
    grown.growFrom(state);
    const fromState = (model: ModelState, of: tfl.LayersModel, plain: tfl.LayersModel): string[] =>
      of.weights.flatMap((weight, i) => {
        const values = weight.read().dataSync();
        const learnt = model.weights.find(({ name }) => name === weight.originalName);
        const same = learnt !== undefined && String(learnt.data) === String(values);
        if (!same) expect(values).toEqual(plain.weights[i]!.read().dataSync());
        return same ? [weight.originalName.split('/')[0]!] : [];
      });
    const { ema, discriminator } = state;
    const generator = new Set(fromState(ema!, grown.generator, fresh.generator));
    expect([...generator]).toEqual(['project', 'project_norm', 'up_8', 'up_8_norm', 'up_16', 'up_16_norm']);
    expect(new Set(fromState(ema!, grown.ema!, fresh.generator))).toEqual(generator);
    expect(fromState(discriminator, grown.discriminator, fresh.discriminator)).toContain('down_8');
    for (const trainer of [grown, fresh]) trainer.dispose();
    // Nothing in common with a network of another width.
    const other = run({ steps: 1, width: 5, latentDim: 3, growFrom: state });
    await expect(other).rejects.toMatchObject({ code: 'mismatch' });
  });

  it.each(['transposed-1-2-1', 'transposed-1-3-3-1', 'transposed-notch', 'bilinear'] as const)(
    'grows with blurs and skip sums, too: %s',
    async (upsampling) => {
      const options = { ...BLURRED, upsampling, ema: 0.5 };
      await run({ ...options, steps: 2, width: 2 });
      const state = await loadCheckpoint(folder);
      const { images: _, ...config } = tiny;
      const grown = new Trainer(resolveConfig({ ...config, ...options, size: 64 }));
      grown.growFrom(state);
      const shared = (model: ModelState, of: tfl.LayersModel): string[] =>
        of.layers
          .filter(({ weights }) => weights.length > 0)
          .filter(({ weights }) =>
            weights.every(({ originalName, read }, i) => {
              const learnt = model.weights.find(({ name }) => name === originalName);
              return learnt && String(learnt.data) === String(read.call(weights[i]).dataSync());
            }),
          )
          .map(({ name }) => name);
      const first = shared(state.ema!, grown.generator);
      expect(first).toEqual(
        expect.arrayContaining([
          'project',
          'up_8',
          'up_16',
          'up_16_norm',
          'to_image_4',
          'to_image_8',
          'to_image_16',
        ]),
      );
      expect(shared(state.discriminator, grown.discriminator)).toEqual(['down_8', 'down_4', 'logit']);
      const { lossG } = await grown.trainStep(
        await collectTrainingSet(phantoms({ count: 4, seed: 1, size: 64 }), grown.config),
      );
      expect(lossG).toBeGreaterThan(0);
      grown.dispose();
    },
  );

  it('grows residual blocks, too', async () => {
    const options = { ...RESIDUAL, discriminatorWidth: 0 };
    await run({ ...options, steps: 1, width: 2, size: 32 });
    const state = await loadCheckpoint(folder);
    const { images: _, ...config } = tiny;
    const grown = new Trainer(resolveConfig({ ...config, ...options, size: 64 }));
    grown.growFrom(state);
    const kernels = new Map(grown.discriminator.weights.map((weight) => [weight.originalName, weight]));
    const shared = state.discriminator.weights.filter(
      ({ name, data }) =>
        name.endsWith('kernel') && String(kernels.get(name)!.read().dataSync()) === String(data),
    );
    const block = (side: number) => ['', '_conv', '_shortcut'].map((part) => `down_${side}${part}/kernel`);
    const expected = [...block(16), ...block(8), ...block(4), 'end/kernel', 'logit/kernel'];
    expect(new Set(shared.map(({ name }) => name))).toEqual(new Set(expected));
    grown.dispose();
  });

  it('of before a setting existed has its default', async () => {
    await run({ steps: 1 });
    const file = join(folder, 'step-00000001', 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    const { discriminatorBlocks: _, discriminatorWidth: __, ...older } = manifest.config;
    await writeFile(file, JSON.stringify({ ...manifest, config: older }));
    const resume = await loadCheckpoint(folder);
    expect(resume.config).toMatchObject({ discriminatorBlocks: 'plain', discriminatorWidth: 0 });
    await run({ steps: 2, resume });
    expect((await loadCheckpoint(folder)).step).toBe(2);
  });

  it('may be given another fall of the learning rates', async () => {
    await run({ steps: 2 });
    const resume = await loadCheckpoint(folder);
    const decay = { learningRateDecay: 'linear', decayStart: 2, decayEnd: 3, decayTo: 0 } as const;
    await run({ steps: 4, resume, ...decay });
    const later = await loadCheckpoint(folder);
    expect(later.config).toMatchObject(decay);
    // At step 2 the rate is what it was, at step 3 it is 0.
    await rm(folder, { recursive: true });
    await run({ steps: 3, resume });
    const third = await loadCheckpoint(folder);
    const learnt = ({ generator }: TrainState) =>
      generator.weights.filter(({ name }) => !name.includes('moving'));
    expect(learnt(later)).toEqual(learnt(third));
    await expect(run({ steps: 5, resume: later, decayEnd: 1 })).rejects.toThrow('invalid decayEnd: 1');
  });

  it('must be given the same images and no other settings', async () => {
    await run({ steps: 1 });
    const resume = await loadCheckpoint(folder);
    await expect(run({ steps: 2, resume, images: images.slice(1) })).rejects.toMatchObject({
      code: 'mismatch',
    });
    await expect(run({ steps: 2, resume, batchSize: 5 })).rejects.toThrow(
      'invalid batchSize: 5 (the run to resume has 4)',
    );
  });
});

describe('hashWeights', () => {
  const model = (...arrays: number[][]): ModelState => ({
    topology: {},
    weights: arrays.map((values, i) => ({
      name: `${i}`,
      shape: [values.length],
      data: Float32Array.from(values),
    })),
  });
  const state = (generator: ModelState, discriminator: ModelState, ema?: ModelState): TrainState => ({
    ...{
      step: 1,
      config: resolveConfig({}),
      images: undefined,
      moments: { generator: [], discriminator: [] },
    },
    ...{ generator, discriminator, ema },
  });

  it('is the sha256 of all weights in order', () => {
    // python3: hashlib.sha256(struct.pack('<4f', 1, -2, 0.5, 3e-9) + struct.pack('<2f', 7, 8)), and so on.
    const [a, b, c] = [model([1, -2], [0.5, 3e-9]), model([7, 8]), model([-1])];
    expect(hashWeights(state(a, b))).toBe('86ae87ccb4a37d6c1fe64aa9fbd9dc952dee1e31f053bf139a636f937521c4dc');
    expect(hashWeights(state(a, b, c))).toBe(
      'e50f02cc7cc99acc5a2ac100aaefe19c30eb4e235fc1333069034b8144c75c2c',
    );
    expect(hashWeights(state(b, a))).toBe('25aa7407b3d81ee65541d29fd13fa15cd7e12e69856b2bdcfaf06cf153ef923a');
  });

  it('differs for weights that differ', async () => {
    await run({ steps: 2, checkpointEvery: 1 });
    const [first, second] = [await loadCheckpoint(folder, { step: 1 }), await loadCheckpoint(folder)];
    expect(hashWeights(first)).not.toBe(hashWeights(second));
    const { weights } = second.discriminator;
    weights.at(-1)!.data[0]! += 1e-6;
    expect(hashWeights(second)).not.toBe(hashWeights(await loadCheckpoint(folder)));
  });
});

describe('checkpointFolder', () => {
  it.each([1, 2, 4])('keeps as many as asked: %i', async (keep) => {
    await run({ steps: 5, checkpointEvery: 1, checkpoints: checkpointFolder(folder, { keep }) });
    expect(await listCheckpoints(folder)).toEqual([1, 2, 3, 4, 5].slice(-keep));
    expect(await readdir(folder)).toHaveLength(keep);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses to keep %d', (keep) => {
    expect(() => checkpointFolder(folder, { keep })).toThrow(`invalid keep: ${keep}`);
  });

  it('keeps what it has just saved, and the steps before it, in a run that went back', async () => {
    await run({ steps: 4, checkpointEvery: 1, checkpoints: checkpointFolder(folder, { keep: 4 }) });
    const [, second, third] = await Promise.all([1, 2, 3].map((step) => loadCheckpoint(folder, { step })));
    const best = checkpointFolder(join(folder, 'best'), { keep: 1 });
    await best.save(await loadCheckpoint(folder));
    expect(await best.save(third!)).toBe(join(folder, 'best', 'step-00000003'));
    expect(await listCheckpoints(join(folder, 'best'))).toEqual([3]);
    await checkpointFolder(folder, { keep: 3 }).save(second!);
    expect(await listCheckpoints(folder)).toEqual([1, 2, 4]);
    await checkpointFolder(folder, { keep: 2 }).save(third!);
    expect(await listCheckpoints(folder)).toEqual([2, 3]);
  });

  it('lists steps in order, whatever else lies beside them', async () => {
    for (const step of ['12345678', '00000020', '123456789', '00000003']) {
      await mkdir(join(folder, `step-${step}`));
    }
    for (const other of ['step-1', 'step-00000004-old', 'astep-00000005', 'notes']) {
      await mkdir(join(folder, other));
    }
    expect(await listCheckpoints(folder)).toEqual([3, 20, 12_345_678, 123_456_789]);
  });

  it('keeps the last K and clears what a killed writer left', async () => {
    await mkdir(join(folder, '.unfinished-step-00000001-1'));
    await run({ steps: 5, checkpointEvery: 1 });
    expect(await readdir(folder)).toEqual(['step-00000003', 'step-00000004', 'step-00000005']);
    expect(await listCheckpoints(folder)).toEqual([3, 4, 5]);
  });

  it.each([
    {},
    BLURRED,
    { upsampling: 'transposed-1-2-1' },
    { upsampling: 'transposed-1-3-3-1' },
    { upsampling: 'bilinear' },
    { skipExcitation: true, size: 128 },
    { fullSizeFeatures: 2, upsampling: 'transposed-notch' },
    { medianFilter: true, outputSkips: true },
  ] as const)('writes a generator that plain tf.loadLayersModel opens: %o', async (config) => {
    await run({ ...config, steps: 2, ema: 0.5 });
    const at = join(folder, 'step-00000002', 'average');
    const json = JSON.parse(await readFile(join(at, 'model.json'), 'utf8'));
    const weights = await readFile(join(at, 'weights.bin'));
    const plain = await tfl.loadLayersModel({
      load: async () => ({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: new Uint8Array(weights).buffer,
      }),
    });
    const ours = await loadGenerator(folder);
    const latents = tf.ones([1, 4]);
    const of = (model: tfl.LayersModel) => (model.predict(latents) as tf.Tensor).dataSync();
    const [theirs, own] = [of(plain), of(ours)];
    // Fixed filters are squares there, and one axis after the other here.
    for (const [i, value] of own.entries()) expect(theirs[i]).toBeCloseTo(value, 6);
    expect(plain.layers.map((layer) => layer.constructor)).not.toContain(undefined);
  });

  it('says which file is damaged, and the earlier checkpoint still loads', async () => {
    await run({ steps: 2, checkpointEvery: 1 });
    for (const name of ['generator/weights.bin', 'moments.safetensors', 'discriminator/model.json']) {
      const file = join(folder, 'step-00000002', name);
      const bytes = await readFile(file);
      const flipped = Uint8Array.from(bytes);
      flipped[flipped.length >> 1]! ^= 1;
      await writeFile(file, flipped);
      await expect(loadCheckpoint(folder)).rejects.toMatchObject({
        code: 'corrupt',
        file,
        message: expect.stringContaining('also checkpoints at step 1'),
      });
      await writeFile(file, bytes.subarray(0, 5));
      await expect(loadCheckpoint(folder)).rejects.toMatchObject({ code: 'truncated', file });
      await writeFile(file, bytes);
    }
    expect(await loadCheckpoint(folder, { step: 1 })).toMatchObject({ step: 1 });
  });

  it('says so where there is nothing, or a config from elsewhere', async () => {
    await expect(loadCheckpoint(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
    await run({ steps: 1 });
    await expect(loadCheckpoint(folder, { step: 7 })).rejects.toThrow('no checkpoint of step 7');
    const file = join(folder, 'step-00000001', 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8'));
    manifest.config.momentum = 0.9;
    await writeFile(file, JSON.stringify(manifest));
    await expect(loadCheckpoint(folder)).rejects.toThrow('unknown config key: momentum');
  });

  it('refuses the weights of another architecture', async () => {
    await run({ steps: 1 });
    const state = await loadCheckpoint(folder);
    const other = new Trainer({ ...state.config, width: 2 });
    expect(() => other.restore(state)).toThrow('generator: another network');
    other.dispose();
  });

  it('refuses a state that could not be loaded again, and keeps the earlier checkpoint', async () => {
    await run({ steps: 2, checkpointEvery: 1, checkpoints: checkpointFolder(folder, { keep: 2 }) });
    const parts: ((state: TrainState) => Float32Array)[] = [
      ({ generator }) => generator.weights.at(-1)!.data,
      ({ discriminator }) => discriminator.weights[0]!.data,
      ({ moments }) => moments.discriminator[0]!.data,
    ];
    for (const part of parts) {
      const state = await loadCheckpoint(folder, { step: 2 });
      part(state)[0] = Number.NaN;
      await expect(checkpointFolder(folder, { keep: 1 }).save({ ...state, step: 3 })).rejects.toMatchObject({
        code: 'unwritable',
        file: join(folder, 'step-00000003'),
        reason: expect.stringMatching(/^not saved, since training has diverged: .* is not finite/),
      });
    }
    expect(await listCheckpoints(folder)).toEqual([1, 2]);
  });

  it('names a place it cannot write to, and leaves the earlier checkpoint', async () => {
    await run({ steps: 1 });
    const blocked = join(folder, 'step-00000001', 'manifest.json', 'below');
    await expect(run({ steps: 1, checkpoints: checkpointFolder(blocked) })).rejects.toMatchObject({
      code: 'not-a-directory',
      message: expect.stringContaining('manifest.json: a file is where a folder must be'),
    });
    expect(await loadCheckpoint(folder)).toMatchObject({ step: 1 });
  });
});
