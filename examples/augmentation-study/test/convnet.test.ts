import { useBackend } from '@cxr/backend';
import { phantoms } from '@cxr/data';
import { beforeAll, expect, it } from 'vitest';
import { type ConvnetOptions, createConvnet, trainConvnet } from '../src/classifiers/convnet.js';
import { type TrainingImages, trainingBatches } from '../src/classifiers/training-batches.js';

beforeAll(() => useBackend('auto', { threads: 1 }));

const set: TrainingImages = {
  size: 32,
  images: [false, true].flatMap((sick) =>
    [...phantoms({ count: 20, seed: sick ? 1 : 2, size: 32, sick })].map(
      ({ image }) => image.data as Uint8Array,
    ),
  ),
  labels: Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1)),
};
const trained = (seed: number, classWeights = [1, 1], more: Partial<ConvnetOptions> = {}) =>
  trainConvnet({
    size: 32,
    classes: 2,
    positive: 1,
    seed,
    steps: 6,
    learningRate: 1e-3,
    batch: trainingBatches(set, { batchSize: 8, seed, classic: false }),
    classWeights,
    validation: set,
    evaluateEvery: 3,
    ...more,
  });

it('gives the same weights for the same seed, 0 too, and others for another', async () => {
  const first = await trained(0);
  expect(await trained(0)).toEqual(first);
  expect((await trained(1)).weights).not.toEqual(first.weights);
});

it('weighs the loss of a class', async () => {
  expect((await trained(0, [3, 1])).weights).not.toEqual((await trained(0)).weights);
});

it('sees an interruption from outside between two steps', async () => {
  const abort = new AbortController();
  let steps = 0;
  setTimeout(() => abort.abort(new Error('stop')), 1);
  const onStep = () => steps++;
  await expect(
    trained(0, [1, 1], { steps: 200, evaluateEvery: 200, signal: abort.signal, onStep }),
  ).rejects.toThrow('stop');
  expect(steps).toBeLessThan(200);
});

it('has about as many weights at every size', () => {
  for (const size of [64, 128]) {
    const model = createConvnet(size, 2, 0);
    expect(model.countParams()).toBeGreaterThan(97_000);
    expect(model.countParams()).toBeLessThan(99_500);
    model.dispose();
  }
  expect(() => createConvnet(100, 2, 0)).toThrow('invalid size: 100');
});

it('draws full batches in which every image comes once an epoch, and changes them where asked to', () => {
  const plain = trainingBatches(set, { batchSize: 16, seed: 3, classic: false });
  const drawn = [0, 1, 2, 3, 4].flatMap((step) => plain(step).labels);
  expect(drawn.filter((label) => label === 1)).toHaveLength(40);
  expect(plain(2)).toEqual(trainingBatches(set, { batchSize: 16, seed: 3, classic: false })(2));
  const classic = trainingBatches(set, { batchSize: 16, seed: 3, classic: true });
  expect(classic(0).labels).toEqual(plain(0).labels);
  expect(classic(0).data).not.toEqual(plain(0).data);
  expect(Math.max(...classic(0).data)).toBeLessThanOrEqual(1);
});
