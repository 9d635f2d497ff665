import { useBackend } from '@cxr/backend';
import { checkTrainOptions, resolveConfig, type TrainOptions } from '@cxr/dcgan';
import { beforeAll, describe, expect, it } from 'vitest';
import { images, run, tiny } from './train-support.js';

beforeAll(() => useBackend('cpu'));

describe('checkTrainOptions', () => {
  it('checks its options before anything is read', () => {
    const check = (options: object) => () =>
      checkTrainOptions({ ...tiny, steps: 1, ...options } as unknown as TrainOptions);
    expect(check({})()).toEqual(resolveConfig({ size: 32, width: 1, latentDim: 4, batchSize: 4, seed: 5 }));
    expect(check({ classes: 2, classNames: ['a', 'b'] })().classes).toBe(2);
    const cases: [object, string][] = [
      [{ images: undefined }, 'images are missing'],
      [{ steps: undefined }, 'invalid steps: undefined'],
      [{ steps: 1.5 }, 'invalid steps: 1.5'],
      [{ sampleCount: 0 }, 'invalid sampleCount: 0'],
      [{ sampleEvery: -1 }, 'invalid sampleEvery: -1'],
      [{ checkpointEvery: 0.5 }, 'invalid checkpointEvery: 0.5'],
      [{ scoreEvery: '5' }, 'invalid scoreEvery: 5'],
      [{ onWarning: 'warn' }, 'invalid onWarning: warn (continue or stop)'],
      [{ score: 5 }, 'invalid score: 5'],
      [{ checkpoints: 'folder' }, 'invalid checkpoints: an object with a function save(state)'],
      [{ bestCheckpoints: null }, 'invalid bestCheckpoints'],
      [{ classNames: ['a', 'b'] }, 'invalid classNames: a,b (0 different names'],
      [{ classes: 2, classNames: ['a', 'a'] }, 'invalid classNames: a,a (2 different names'],
      [{ constructor: 1 }, 'unknown config key: constructor'],
      [{ onTrouble: 'stop' }, 'unknown config key: onTrouble'],
      [{ size: 33 }, 'invalid size: 33'],
    ];
    for (const [options, message] of cases) expect(check(options)).toThrow(message);
    expect(() => checkTrainOptions(undefined as unknown as TrainOptions)).toThrow(
      'train takes one object, { images, steps, … }, not undefined',
    );
  });
});

describe('train', () => {
  it('names what it is given wrongly', async () => {
    await expect(run({ steps: -1 })).rejects.toThrow('invalid steps: -1');
    await expect(run({ steps: 1, images: [] })).rejects.toMatchObject({ code: 'empty' });
    await expect(run({ steps: 1, ...{ learningrate: 1 } })).rejects.toThrow(
      'unknown config key: learningrate',
    );
    await expect(run({ steps: 1, ema: 1 })).rejects.toThrow('invalid ema: 1');
    await expect(run({ steps: 1, classes: 2 })).rejects.toThrow('invalid label of');
  });

  it('refuses labels that it would ignore', async () => {
    const labelled = images.map((one) => ({ ...one, label: 1 }));
    await expect(run({ steps: 1, images: labelled })).rejects.toThrow('has the label 1, but classes is 0');
  });
});
