import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import {
  collectTrainingSet,
  createDiscriminator,
  createGenerator,
  PRESETS,
  type Preset,
  resolveConfig,
  stepsForEpochs,
  type TrainConfig,
  Trainer,
} from '@cxr/dcgan';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('cpu'));

describe('presets', () => {
  it('paper: the published networks, to the parameter', () => {
    const generator = createGenerator(PRESETS.paper);
    const discriminator = createDiscriminator(PRESETS.paper);
    expect(generator.countParams()).toBe(17_766_019);
    expect(discriminator.countParams()).toBe(17_480_321);
    expect(generator.outputs[0]!.shape).toEqual([null, 128, 128, 3]);
    generator.dispose();
    discriminator.dispose();
  });

  it('dcgan has every extra off, so that each can be measured', () => {
    expect(PRESETS.dcgan).toMatchObject({
      diffAugment: [],
      ema: 0,
      r1: 0,
      loss: 'bce',
      discriminatorNorm: 'batch',
    });
    for (const preset of [PRESETS.dcgan, PRESETS.paper]) {
      expect(preset).toMatchObject({
        ...{
          initialization: 'normal',
          upsampling: 'transposed',
          outputSkips: false,
          minibatchStd: 0,
          reconstruction: 0,
          skipExcitation: false,
          fullSizeFeatures: 0,
          medianFilter: false,
        },
        ...{
          discriminatorBlur: 'none',
          discriminatorBlocks: 'plain',
          discriminatorWidth: 0,
          highPass: false,
          learningRateDecay: 'none',
          lecam: 0,
          spectrum: 0,
          ada: 0,
        },
      });
    }
    expect(PRESETS.dcgan).toMatchObject({ learningRateG: 2e-4, learningRateD: 2e-4, beta1: 0.5 });
  });

  it('xray-residual: the recipe of the generator that comes with the package', () => {
    const { dcgan, 'xray-residual': preset } = PRESETS;
    const changed = Object.entries(preset).filter(
      ([key, value]) => dcgan[key as keyof TrainConfig] !== value,
    );
    expect(Object.fromEntries(changed)).toEqual({
      ...{ preset: 'xray-residual', size: 128, width: 32, draw: 'replacement', ema: 0.9995 },
      ...{ initialization: 'he', upsampling: 'bilinear', outputSkips: true, fullSizeFeatures: 32 },
      ...{ discriminatorBlocks: 'residual', discriminatorWidth: 16, discriminatorNorm: 'none' },
      ...{ minibatchStd: 4, r1: 0.1, diffAugment: ['brightness', 'contrast', 'translation', 'cutout'] },
    });
    expect(preset).toMatchObject({
      batchSize: 64,
      r1Every: 16,
      loss: 'bce',
      learningRateD: 2e-4,
      spectrum: 0,
    });
  });

  it('xray-residual takes steps, the first of them with R1', async () => {
    await useBackend('wasm');
    const small = { size: 32, width: 4, discriminatorWidth: 2, fullSizeFeatures: 4, batchSize: 8 } as const;
    const config = resolveConfig({ preset: 'xray-residual', ...small });
    const set = await collectTrainingSet(phantoms({ count: 8, seed: 1, size: 32 }), config);
    const losses = await Promise.all(
      [0.1, 0].map(async (r1) => {
        const trainer = new Trainer({ ...config, r1 });
        const steps = [await trainer.trainStep(set), await trainer.trainStep(set)];
        trainer.dispose();
        return steps.map(({ lossD, lossG }) => [lossD, lossG]);
      }),
    );
    expect(losses.flat(2).every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
    const [first, second] = losses[0]!;
    expect(first![0]).toBe(losses[1]![0]![0]);
    // The penalty is no part of the loss that is reported, but moves the weights.
    expect(second![0]).not.toBe(losses[1]![1]![0]);
    await useBackend('cpu');
  });

  it('are each complete and valid', () => {
    for (const preset of Object.keys(PRESETS) as Preset[]) {
      expect(resolveConfig({ preset })).toEqual(PRESETS[preset]);
    }
  });
});

describe('resolveConfig', () => {
  it('puts what is given over the preset, and leaves undefined values to it', () => {
    const config = resolveConfig({
      preset: 'modern',
      size: 128,
      ema: undefined,
    } as unknown as Partial<TrainConfig>);
    expect(config).toEqual({ ...PRESETS.modern, size: 128 });
  });

  it.each([
    [{ learningRate: 1 }, 'unknown config key: learningRate'],
    [{ preset: 'huge' }, 'invalid preset: huge'],
    [{ loss: 'wgan' }, 'invalid loss: wgan'],
    [{ ema: '0.9' }, 'invalid ema: "0.9"'],
    [{ diffAugment: ['flip'] }, 'invalid diffAugment: flip'],
    [{ diffAugment: 'cutout' }, 'invalid diffAugment: "cutout"'],
    [{ batchSize: 1 }, 'invalid batchSize: 1'],
    [
      { size: 256, batchSize: 100_000 },
      'invalid batchSize: 100000 (a batch of 256 × 256 pixels is too large)',
    ],
    [{ preset: 'paper', batchSize: 7 }, 'invalid batchSize: 7 (even'],
    [{ r1: 1 }, 'invalid r1: 1 (needs discriminatorNorm'],
    [{ beta1: -0.1 }, 'invalid beta1: -0.1'],
    [{ seed: 0.5 }, 'invalid seed: 0.5'],
    [{ r1Every: 0 }, 'invalid r1Every: 0'],
    [{ r1Every: 1.5 }, 'invalid r1Every: 1.5'],
    [{ r1: -1 }, 'invalid r1: -1'],
    [{ ema: 1 }, 'invalid ema: 1'],
    [{ beta2: 1 }, 'invalid beta2: 1'],
    [{ learningRateG: -1 }, 'invalid learningRateG: -1'],
    [{ learningRateD: Number.POSITIVE_INFINITY }, 'invalid learningRateD: Infinity'],
    [{ preset: 'paper', batchSize: 2 }, 'invalid batchSize: 2 (a whole number, at least 4)'],
    [{ batchSize: 4.5 }, 'invalid batchSize: 4.5'],
    [{ classes: 1 }, 'invalid classes: 1 (0, or at least 2)'],
    [{ channels: 2 }, 'invalid channels: 2 (1 or 3)'],
    [{ latentDim: 0 }, 'invalid latentDim: 0'],
    [{ architecture: 'unet' }, 'invalid architecture: unet'],
    [{ draw: 'once' }, 'invalid draw: once (shuffled, replacement)'],
    [{ halfBatch: 1 }, 'invalid halfBatch: 1'],
    [{ upsampling: 'nearest' }, 'invalid upsampling: nearest (transposed, transposed-1-2-1'],
    [{ discriminatorBlur: 'notch' }, 'invalid discriminatorBlur: notch (none, 1-2-1, 1-3-3-1)'],
    [{ initialization: 'glorot' }, 'invalid initialization: glorot (normal, he)'],
    [{ outputSkips: 1 }, 'invalid outputSkips: 1'],
    [{ discriminatorBlocks: 'dense' }, 'invalid discriminatorBlocks: dense (plain, residual)'],
    [{ discriminatorWidth: -1 }, 'invalid discriminatorWidth: -1 (a whole number, 0 to 4096)'],
    [{ discriminatorWidth: 2.5 }, 'invalid discriminatorWidth: 2.5'],
    [{ discriminatorWidth: 4097 }, 'invalid discriminatorWidth: 4097'],
    [{ width: 4097 }, 'invalid width: 4097 (a whole number, 1 to 4096)'],
    [{ latentDim: 1e6 }, 'invalid latentDim: 1000000'],
    [{ fullSizeFeatures: 2e6 }, 'invalid fullSizeFeatures: 2000000'],
    [{ discriminatorWidth: '8' }, 'invalid discriminatorWidth: "8"'],
    [
      { discriminatorBlocks: 'residual' },
      'invalid discriminatorNorm: batch (discriminatorBlocks residual needs discriminatorNorm none)',
    ],
    [{ preset: 'xray-residual', discriminatorNorm: 'spectral' }, 'invalid discriminatorNorm: spectral (disc'],
    [
      { preset: 'xray-residual', discriminatorBlur: '1-2-1' },
      'invalid discriminatorBlur: 1-2-1 (discriminatorBlocks residual needs discriminatorBlur none)',
    ],
    [
      { preset: 'paper', discriminatorBlocks: 'residual' },
      'invalid discriminatorBlocks: residual (needs arch',
    ],
    [{ preset: 'paper', discriminatorWidth: 8 }, 'invalid discriminatorWidth: 8 (needs architecture dcgan)'],
    [{ highPass: 'yes' }, 'invalid highPass: "yes"'],
    [{ minibatchStd: 1 }, 'invalid minibatchStd: 1 (0, or at least 2)'],
    [{ minibatchStd: 2.5 }, 'invalid minibatchStd: 2.5'],
    [{ minibatchStd: 3 }, 'invalid minibatchStd: 3 (batches of 64 are no whole number of groups)'],
    [{ minibatchStd: 4, halfBatch: true, batchSize: 12 }, 'invalid minibatchStd: 4 (batches of 6 '],
    [{ preset: 'paper', upsampling: 'bilinear' }, 'invalid upsampling: bilinear (needs architecture dcgan)'],
    [{ preset: 'paper', initialization: 'he' }, 'invalid initialization: he (needs architecture dcgan)'],
    [{ preset: 'paper', outputSkips: true }, 'invalid outputSkips: true (needs architecture dcgan)'],
    [{ fullSizeFeatures: -1 }, 'invalid fullSizeFeatures: -1'],
    [{ preset: 'paper', fullSizeFeatures: 4 }, 'invalid fullSizeFeatures: 4 (needs architecture dcgan)'],
    [{ medianFilter: 1 }, 'invalid medianFilter: 1'],
    [{ preset: 'paper', medianFilter: true }, 'invalid medianFilter: true (needs architecture dcgan)'],
    [{ preset: 'paper', skipExcitation: true }, 'invalid skipExcitation: true (needs architecture dcgan)'],
    [{ preset: 'paper', highPass: true }, 'invalid highPass: true (needs architecture dcgan)'],
    [{ reconstruction: -1 }, 'invalid reconstruction: -1 (from 0)'],
    [{ preset: 'paper', reconstruction: 1 }, 'invalid reconstruction: 1 (needs architecture dcgan)'],
    [{ preset: 'paper', minibatchStd: 4 }, 'invalid minibatchStd: 4 (needs architecture dcgan)'],
    [{ preset: 'paper', discriminatorBlur: '1-2-1' }, 'invalid discriminatorBlur: 1-2-1 (needs'],
    [{ ada: 0.6 }, 'invalid ada: 0.6 (needs diffAugment)'],
    [{ ada: 1, diffAugment: ['cutout'] }, 'invalid ada: 1'],
    [{ lecam: -1 }, 'invalid lecam: -1'],
    [{ spectrum: -1 }, 'invalid spectrum: -1'],
    [{ learningRateDecay: 'step' }, 'invalid learningRateDecay: step (none, linear, cosine)'],
    [{ learningRateDecay: 'linear' }, 'invalid decayEnd: 0 (a step after decayStart, 0)'],
    [{ learningRateDecay: 'cosine', decayStart: 5, decayEnd: 5 }, 'invalid decayEnd: 5'],
    [{ decayStart: -1 }, 'invalid decayStart: -1'],
    [{ decayEnd: 1.5 }, 'invalid decayEnd: 1.5'],
    [{ decayTo: 1.1 }, 'invalid decayTo: 1.1 (0 to 1)'],
    [{ constructor: 1 }, 'unknown config key: constructor'],
    [[], 'a config is an object of settings, not []'],
    [null, 'a config is an object of settings, not null'],
  ])('names what is wrong in %o', (given, message) => {
    expect(() => resolveConfig(given as unknown as Partial<TrainConfig>)).toThrow(message);
  });

  it('takes the ends of each range', () => {
    const ends = { r1Every: 1, r1: 0, ema: 0, beta1: 0, batchSize: 2, learningRateG: 0, classes: 2 };
    expect(resolveConfig(ends)).toMatchObject(ends);
    expect(resolveConfig({ preset: 'paper', batchSize: 4 }).batchSize).toBe(4);
    expect(resolveConfig({ r1: 1, discriminatorNorm: 'none' }).r1).toBe(1);
    // The paper's discriminator has no batch norm, whatever the setting says.
    expect(resolveConfig({ preset: 'paper', r1: 1, discriminatorNorm: 'batch' }).r1).toBe(1);
  });
});

describe('stepsForEpochs', () => {
  it('counts the reals of a step, whole batches', () => {
    expect(stepsForEpochs(3, 100, PRESETS.dcgan)).toBe(5); // 300 images in batches of 64
    expect(stepsForEpochs(2, 64, PRESETS.dcgan)).toBe(2);
    expect(stepsForEpochs(2, 64, PRESETS.paper)).toBe(2); // 128, of which half are reals
    expect(stepsForEpochs(0.5, 256, PRESETS.dcgan)).toBe(2);
    expect(stepsForEpochs(0, 1, PRESETS.dcgan)).toBe(0);
  });

  it.each([
    [-1, 10, 'invalid epochs: -1'],
    [Number.NaN, 10, 'invalid epochs: NaN'],
    [Number.POSITIVE_INFINITY, 10, 'invalid epochs: Infinity'],
    [1, 0, 'invalid images: 0'],
    [1, 1.5, 'invalid images: 1.5'],
  ])('refuses %d epochs of %d images', (epochs, images, message) => {
    expect(() => stepsForEpochs(epochs, images, PRESETS.dcgan)).toThrow(message);
  });
});
