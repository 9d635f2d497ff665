import { useBackend } from '@cxr/backend';
import type { TrainState } from '@cxr/dcgan';
import { beforeAll, describe, expect, it } from 'vitest';
import { images, run } from './train-support.js';

beforeAll(() => useBackend('cpu'));

describe('train that is resumed', () => {
  it('keeps the best score over a resume', async () => {
    const states: TrainState[] = [];
    const checkpoints = { save: async (state: TrainState) => String(states.push(state)) };
    const score = async (_: unknown, { step }: { step: number }) => [3, 1, 2, 0.5][step]!;
    const first = await run({ steps: 1, checkpoints, score, scoreEvery: 1 });
    expect(first.at(-1)).toMatchObject({ best: { step: 1, score: 1 } });
    const bests: number[] = [];
    const bestCheckpoints = { save: async ({ step }: TrainState) => String(bests.push(step)) };
    const resume = states[0]!;
    const second = await run({ steps: 2, resume, checkpoints, bestCheckpoints, score, scoreEvery: 1 });
    expect(second.find(({ type }) => type === 'score')).toMatchObject({ step: 2, score: 2, best: false });
    expect(second.at(-1)).toMatchObject({ best: { step: 1, score: 1 } });
    expect(states[1]!.best).toEqual({ step: 1, score: 1 });
    expect(bests).toEqual([]);
    await run({ steps: 3, resume: states[1]!, checkpoints, bestCheckpoints, score, scoreEvery: 1 });
    expect(bests).toEqual([3]);
    expect(states[2]!.best).toEqual({ step: 3, score: 0.5 });
  });

  it('saves nothing where there is nothing to do', async () => {
    const states: TrainState[] = [];
    const checkpoints = { save: async (state: TrainState) => String(states.push(state)) };
    await run({ steps: 1, checkpoints });
    const events = await run({ steps: 1, resume: states[0]!, checkpoints });
    expect(events.map(({ type }) => type)).toEqual(['start', 'end']);
    expect(events.at(-1)).toMatchObject({ step: 1, reason: 'done' });
    expect(states).toHaveLength(1);
  });

  it('takes undefined settings as those of the run', async () => {
    const states: TrainState[] = [];
    const checkpoints = { save: async (state: TrainState) => String(states.push(state)) };
    await run({ steps: 1, ema: 0.5, learningRateDecay: 'linear', decayEnd: 9, checkpoints });
    const unset = { ema: undefined, learningRateDecay: undefined, size: undefined };
    await run({ ...unset, steps: 2, resume: states[0]!, checkpoints });
    expect(states[1]!.config).toEqual(states[0]!.config);
    expect(states[1]!.config).toMatchObject({ ema: 0.5, learningRateDecay: 'linear', size: 32 });
    await expect(run({ ema: 0.25, steps: 2, resume: states[0]! })).rejects.toThrow(
      'invalid ema: 0.25 (the run to resume has 0.5)',
    );
  });

  it('saves the class names with the run, and keeps them over a resume', async () => {
    const states: TrainState[] = [];
    const checkpoints = { save: async (state: TrainState) => String(states.push(state)) };
    const labelled = images.map((one, i) => ({ ...one, label: i % 2 }));
    const both = { images: labelled, classes: 2, checkpoints } as const;
    await run({ ...both, steps: 1, classNames: ['NORMAL', 'PNEUMONIA'] });
    await run({ ...both, steps: 2, resume: states[0]! });
    expect(states.map(({ classNames }) => classNames)).toEqual([
      ['NORMAL', 'PNEUMONIA'],
      ['NORMAL', 'PNEUMONIA'],
    ]);
    const other = run({ ...both, steps: 2, resume: states[0]!, classNames: ['PNEUMONIA', 'NORMAL'] });
    await expect(other).rejects.toThrow('(the run to resume has NORMAL,PNEUMONIA)');
  });
});
