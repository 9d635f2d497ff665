import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { type TrainEvent, train } from '@cxr/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { images, run, tiny } from './train-support.js';

beforeAll(() => useBackend('cpu'));

describe('train', () => {
  it('leaves no tensor behind: as many after step 50 as after step 5', async () => {
    const counts = new Map<number, number>();
    const before = tf.memory().numTensors;
    for await (const event of train({
      ...tiny,
      steps: 50,
      ema: 0.9,
      lecam: 0.1,
      diffAugment: ['translation', 'contrast'],
    })) {
      if (event.type === 'step') counts.set(event.step, tf.memory().numTensors);
      if (event.type === 'end') event.generator.dispose();
    }
    expect(counts.get(5)).toBeGreaterThan(before);
    expect(counts.get(50)).toBe(counts.get(5));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('tells its steps, epochs, samples, checkpoints and scores, then hands the generator over', async () => {
    const saved: number[] = [];
    const bestSaved: unknown[] = [];
    const events = await run({
      steps: 6,
      sampleEvery: 3,
      sampleCount: 4,
      checkpointEvery: 4,
      checkpoints: { save: async ({ step }) => String(saved.push(step)) },
      bestCheckpoints: { save: async ({ step, best }) => String(bestSaved.push([step, best])) },
      score: async (_, { step }) => Math.abs(step - 4),
      scoreEvery: 2,
    });
    const of = (type: TrainEvent['type']) => events.filter((event) => event.type === type);
    const stepsOf = (type: TrainEvent['type']) => of(type).map((event) => (event as { step: number }).step);
    expect(stepsOf('step')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(stepsOf('epoch')).toEqual([3, 6]);
    expect(stepsOf('sample')).toEqual([0, 3, 6]);
    expect(stepsOf('score')).toEqual([2, 4, 6]);
    expect(saved).toEqual([4, 6]);
    expect(bestSaved).toEqual([
      [2, { step: 2, score: 2 }],
      [4, { step: 4, score: 0 }],
    ]);
    expect(of('step')[0]).toMatchObject({ epoch: 1 / 3 });
    const grid = (of('sample')[0] as { grid: { shape: number[] } }).grid;
    expect(grid.shape).toEqual([2 * 32 + 2, 2 * 32 + 2, 1]);
    const end = events.at(-1)!;
    if (end.type !== 'end') throw new Error('no end event');
    expect(end).toMatchObject({ reason: 'done', step: 6, best: { step: 4, score: 0 } });
    expect((end.generator.predict(tf.zeros([1, 4])) as tf.Tensor).shape).toEqual([1, 32, 32, 1]);
  });

  it('ends after the step in hand when aborted, with a checkpoint', async () => {
    const controller = new AbortController();
    const saved: number[] = [];
    const reasons: string[] = [];
    const checkpoints = { save: async ({ step }: { step: number }) => String(saved.push(step)) };
    for await (const event of train({ ...tiny, steps: 100, signal: controller.signal, checkpoints })) {
      if (event.type === 'step' && event.step === 2) controller.abort();
      if (event.type === 'end') reasons.push(event.reason);
    }
    expect(saved).toEqual([2]);
    expect(reasons).toEqual(['aborted']);
  });

  it('ends as cleanly when the scorer is what the abort stops', async () => {
    const controller = new AbortController();
    const score = async (): Promise<number> => {
      controller.abort();
      throw controller.signal.reason;
    };
    const events = await run({ steps: 9, scoreEvery: 2, score, signal: controller.signal });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'aborted', step: 2 });
    await expect(run({ steps: 2, score: async () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  });

  it('frees everything when left early', async () => {
    const before = tf.memory().numTensors;
    for await (const event of train({ ...tiny, steps: 100 })) if (event.type === 'step') break;
    expect(tf.memory().numTensors).toBe(before);
  });

  it('trains on classes: images of both, each with its label', async () => {
    const labelled = [0, 1].flatMap((label) =>
      [...phantoms({ count: 4, seed: label, size: 32, sick: label === 1 })].map((one) => ({ ...one, label })),
    );
    for (const preset of ['dcgan', 'modern'] as const) {
      const events = await run({ preset, classes: 2, images: labelled, steps: 3 });
      const end = events.at(-1)!;
      if (end.type !== 'end') throw new Error('no end event');
      expect(end.generator.inputs.map(({ shape }) => shape)).toEqual([
        [null, 4],
        [null, 2],
      ]);
      const embedding = end.generator.getLayer('embed_label').getWeights()[0] as tf.Tensor;
      expect(embedding.dataSync().every(Number.isFinite)).toBe(true);
    }
  });

  it('reports each epoch, also those of a batch larger than the set', async () => {
    const few = images.slice(0, 3);
    const epochs = (await run({ steps: 3, images: few })).filter(({ type }) => type === 'epoch');
    // 4, 8 and 12 images of 3.
    expect(epochs).toEqual([
      { type: 'epoch', step: 1, epoch: 1 },
      { type: 'epoch', step: 2, epoch: 2 },
      { type: 'epoch', step: 3, epoch: 3 },
      { type: 'epoch', step: 3, epoch: 4 },
    ]);
  });
});
