import { useBackend } from '@cxr/backend';
import { createDiscriminator, createGenerator, PRESETS, resolveConfig, type TrainConfig } from '@cxr/dcgan';
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
    expect(PRESETS.dcgan).toMatchObject({ learningRateG: 2e-4, learningRateD: 2e-4, beta1: 0.5 });
  });

  it('are each complete and valid', () => {
    for (const preset of ['dcgan', 'paper', 'modern'] as const) {
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
    [{ preset: 'paper', batchSize: 7 }, 'invalid batchSize: 7 (even'],
    [{ r1: 1 }, 'invalid r1: 1 (needs discriminatorNorm'],
    [{ beta1: -0.1 }, 'invalid beta1: -0.1'],
    [{ seed: 0.5 }, 'invalid seed: 0.5'],
  ])('names what is wrong in %o', (given, message) => {
    expect(() => resolveConfig(given as Partial<TrainConfig>)).toThrow(message);
  });
});
