import { PRESETS, resolveConfig } from '@cxr/dcgan';
import { describe, expect, it } from 'vitest';
import { optionsOf, type RunFlags, trainSettings } from '../src/options.js';

const configOf = (flags: RunFlags) => resolveConfig(trainSettings(optionsOf(flags)));
const ALL = ['brightness', 'contrast', 'translation', 'cutout'];

describe('the settings of a run', () => {
  it('are the preset’s, with what the flags say', () => {
    const { dcgan } = PRESETS;
    expect(configOf({})).toEqual({
      ...dcgan,
      ...{ width: 16, batchSize: 32, seed: 1, ema: 0.99, diffAugment: ALL },
    });
    expect(configOf({ data: 'x', size: 32, width: 8, batchSize: 4, seed: 7, ema: 0 })).toEqual({
      ...dcgan,
      ...{ size: 32, width: 8, batchSize: 4, seed: 7, ema: 0, diffAugment: ALL },
    });
  });

  it('leave the paper’s recipe alone, unless asked for', () => {
    const paper = configOf({ data: 'x', preset: 'paper', size: 128, batchSize: 128, width: 64 });
    expect(paper).toEqual({ ...PRESETS.paper, seed: 1 });
    expect(configOf({ data: 'x', preset: 'paper', diffAugment: true }).diffAugment).toEqual(ALL);
  });

  it('are those of any other preset, but for size, width, batch size and seed', () => {
    for (const preset of Object.values(PRESETS).filter((one) => one !== PRESETS.dcgan)) {
      const own = { size: 64, width: 16, batchSize: 32, seed: 1 };
      expect(configOf({ preset: preset.preset })).toEqual({ ...preset, ...own });
    }
    const { diffAugment } = PRESETS.xray;
    expect(configOf({ preset: 'xray', diffAugment: true }).diffAugment).toEqual(diffAugment);
  });

  it('are without DiffAugment where asked to, whatever the preset has', () => {
    for (const preset of ['dcgan', 'modern']) {
      expect(configOf({ preset, diffAugment: false }).diffAugment).toEqual([]);
    }
  });
});
