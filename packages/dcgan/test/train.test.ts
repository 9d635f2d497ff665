import { stat } from 'node:fs';
import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import {
  checkTrainOptions,
  collectTrainingSet,
  resolveConfig,
  type TrainEvent,
  Trainer,
  type TrainOptions,
  type TrainState,
  train,
} from '@cxr/dcgan';
import { image } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

const images = [...phantoms({ count: 12, seed: 1, size: 32 })];
const tiny = { images, size: 32, width: 1, latentDim: 4, batchSize: 4, seed: 5 } as const;

async function run(options: Partial<TrainOptions> & { steps: number }): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train({ ...tiny, ...options })) events.push(event);
  return events;
}

beforeAll(() => useBackend('cpu'));

describe('train', () => {
  it('leaves no tensor behind: as many after step 50 as after step 5', async () => {
    const counts = new Map<number, number>();
    const before = tf.memory().numTensors;
    for await (const event of train({
      ...tiny,
      steps: 50,
      ema: 0.9,
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

  it('lets the event loop go round within a step', async () => {
    const config = resolveConfig({ size: 32, width: 1, latentDim: 4, batchSize: 4 });
    const trainer = new Trainer(config);
    const set = await collectTrainingSet(images, config);
    const order: string[] = [];
    const apply = trainer.discriminator.apply.bind(trainer.discriminator);
    trainer.discriminator.apply = (...args) => {
      order.push('discriminator');
      return apply(...args);
    };
    // What a signal does: it is handled when the loop next looks for input.
    const input = new Promise((resolve) => stat('.', resolve)).then(() => order.push('input'));
    const poll = setInterval(() => {}, 1);
    await trainer.trainStep(set);
    await input;
    clearInterval(poll);
    trainer.dispose();
    // Reals, fakes, then those of the generator's own pass.
    expect(order).toEqual(['discriminator', 'discriminator', 'input', 'discriminator']);
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

  it('warns of a divergence in words and stops without a checkpoint', async () => {
    const saved: number[] = [];
    const events = await run({
      steps: 50,
      learningRateD: 1e30,
      checkpointEvery: 1000,
      checkpoints: { save: async ({ step }) => String(saved.push(step)) },
    });
    expect(events.find(({ type }) => type === 'warning')).toMatchObject({ kind: 'divergence' });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    expect(saved).toEqual([]);
  });

  it('names what it is given wrongly', async () => {
    await expect(run({ steps: -1 })).rejects.toThrow('invalid steps: -1');
    await expect(run({ steps: 1, images: [] })).rejects.toMatchObject({ code: 'empty' });
    await expect(run({ steps: 1, ...{ learningrate: 1 } })).rejects.toThrow(
      'unknown config key: learningrate',
    );
    await expect(run({ steps: 1, ema: 1 })).rejects.toThrow('invalid ema: 1');
    await expect(run({ steps: 1, classes: 2 })).rejects.toThrow('invalid label of');
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

  it('warns of 12-bit images in 16 bits, unless their bits are given', async () => {
    const deep = images.map((one) =>
      image(
        Uint16Array.from(one.image.data, (byte) => byte << 4),
        32,
        32,
        1,
      ),
    );
    const events = await run({ steps: 1, images: deep });
    expect(events[1]).toMatchObject({
      type: 'warning',
      kind: 'few-bits',
      message: expect.stringContaining('12'),
    });
    const given = await run({ steps: 1, images: deep, bits: 12 });
    expect(given.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it('warns of a single training image, and says how alike fakes are all the same', async () => {
    const events = await run({ steps: 2, images: images.slice(0, 1) });
    expect(events[1]).toMatchObject({ type: 'warning', step: 0, kind: 'few-images' });
    expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(8);
    expect(events.find(({ type }) => type === 'step')).toMatchObject({ diversity: 1 });
    const stopped = await run({ steps: 2, images: images.slice(0, 1), onWarning: 'stop' });
    expect(stopped.map(({ type }) => type)).toEqual(['start', 'warning', 'end']);
    expect(stopped.at(-1)).toMatchObject({ reason: 'stopped', step: 0 });
  });

  it.each([{ learningRateG: 0.2 }, { learningRateD: 0.2 }])(
    'warns at once where learning blows up: %o',
    async (rates) => {
      const warnings = (events: TrainEvent[]) => events.filter(({ type }) => type === 'warning');
      const [first] = warnings(await run({ steps: 5, ...rates, batchSize: 8, width: 2 }));
      expect(first).toMatchObject({ kind: 'exploding' });
      expect((first as { step: number }).step).toBeLessThanOrEqual(3);
      const stopped = await run({ steps: 5, ...rates, batchSize: 8, width: 2, onWarning: 'stop' });
      expect(stopped.at(-1)).toMatchObject({ reason: 'stopped', step: (first as { step: number }).step });
      expect(warnings(await run({ steps: 5, batchSize: 8, width: 2 }))).toEqual([]);
    },
  );

  it('refuses labels that it would ignore', async () => {
    const labelled = images.map((one) => ({ ...one, label: 1 }));
    await expect(run({ steps: 1, images: labelled })).rejects.toThrow('has the label 1, but classes is 0');
  });

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
      'invalid options: undefined',
    );
  });

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
