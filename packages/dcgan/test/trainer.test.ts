import { stat } from 'node:fs';
import { useBackend } from '@cxr/backend';
import { collectTrainingSet, resolveConfig, Trainer } from '@cxr/dcgan';
import { beforeAll, describe, expect, it } from 'vitest';
import { images } from './train-support.js';

beforeAll(() => useBackend('cpu'));

describe('Trainer', () => {
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
});
