import { image, phantoms } from '@cxr/data';
import { type TrainEvent, type TrainOptions, train } from '@cxr/dcgan';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

const images = [...phantoms({ count: 12, seed: 1, size: 32 })];
const tiny = { images, size: 32, width: 1, latentDim: 4, batchSize: 4, seed: 5 } as const;

async function run(options: Partial<TrainOptions> & { steps: number }): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of train({ ...tiny, ...options })) events.push(event);
  return events;
}

beforeAll(() => tf.setBackend('cpu'));

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
});
