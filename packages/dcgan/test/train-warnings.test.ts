import { useBackend } from '@cxr/backend';
import type { TrainEvent } from '@cxr/dcgan';
import { image } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { images, run } from './train-support.js';

beforeAll(() => useBackend('cpu'));

describe('train', () => {
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

  it.each([true, false])('never saves a state that could not be loaded; the best too: %s', async (best) => {
    const saved: number[] = [];
    const store = { save: async ({ step }: { step: number }) => String(saved.push(step)) };
    // Batch norm's moving variance overflows long before a loss does.
    const score = async (generator: tfl.LayersModel, { step }: { step: number }) => {
      const variance = generator.weights.find(({ name }) => name.includes('moving_variance'))!;
      if (step === 3) {
        tf.tidy(() => {
          variance.write(tf.fill(variance.shape as number[], Infinity));
        });
      }
      return -step;
    };
    const events = await run({
      ...{ steps: 9, checkpointEvery: 1, checkpoints: store, scoreEvery: 3, score },
      bestCheckpoints: best ? store : undefined,
    });
    expect(saved).toEqual([1, 2]);
    expect(events.filter(({ type }) => type === 'warning')).toEqual([
      {
        ...{ type: 'warning', step: 3, kind: 'divergence' },
        message: expect.stringMatching(
          /^diverged at step 3: .*moving_variance of the generator is not finite, so nothing was saved/,
        ),
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'stopped', step: 3 });
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
});
