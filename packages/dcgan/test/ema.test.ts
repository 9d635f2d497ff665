import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { collectTrainingSet, resolveConfig, Trainer } from '@cxr/dcgan';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(() => useBackend('cpu'));

const weightsOf = (model: tfl.LayersModel) => model.weights.map((weight) => [...weight.read().dataSync()]);

describe('the EMA of the generator', () => {
  it.each([0.9, 0.15])('has the decay %d, less in the first steps', async (ema) => {
    const config = resolveConfig({
      ...{ size: 32, width: 1, latentDim: 4, batchSize: 4, learningRateG: 0.05 },
      ema,
    });
    const trainer = new Trainer(config);
    const set = await collectTrainingSet(phantoms({ count: 6, seed: 1, size: 32 }), config);
    let expected = weightsOf(trainer.generator);
    expect(weightsOf(trainer.ema!)).toEqual(expected);
    for (let step = 0; step < 4; step++) {
      await trainer.trainStep(set);
      // 0.1, 0.1818, 0.25, 0.3077, as in TensorFlow's ExponentialMovingAverage with num_updates.
      const decay = Math.min(ema, [1 / 10, 2 / 11, 3 / 12, 4 / 13][step]!);
      const now = weightsOf(trainer.generator);
      expected = expected.map((values, i) =>
        values.map((value, j) => decay * value + (1 - decay) * now[i]![j]!),
      );
      for (const [i, values] of weightsOf(trainer.ema!).entries()) {
        for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 6);
      }
    }
    trainer.dispose();
  });
});
