import { phantoms } from '@cxr/data';
import { createDiscriminator, createGenerator, train } from '@cxr/dcgan';
import { loadGenerator } from '@cxr/dcgan/node';
import { expect, it } from 'vitest';

// In a file of its own: nothing here may ready a backend.
it('names useBackend where no backend is ready, before anything is read', async () => {
  const message = 'no TensorFlow.js backend is ready: `await useBackend()`';
  let read = 0;
  const images = (function* () {
    read++;
    yield* phantoms({ count: 1, seed: 1, size: 32 });
  })();
  await expect(train({ images, steps: 1 }).next()).rejects.toThrow(message);
  expect(read).toBe(0);
  expect(() => createGenerator({ size: 32, width: 1 })).toThrow(message);
  expect(() => createDiscriminator({ size: 32, width: 1 })).toThrow(message);
  await expect(loadGenerator('nowhere')).rejects.toThrow(message);
});
