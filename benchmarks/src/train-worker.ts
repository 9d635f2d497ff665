/** Ours for the `train` bench: the same conversation as peers/train.py. */
import { createInterface } from 'node:readline';
import { type BackendName, useBackend } from '@cxr/backend';
import { type TrainConfig, Trainer } from '@cxr/dcgan';
import { createRng, ndarray } from '@cxr/image';
import { type Clock, stopwatch } from './bench.js';

const {
  backend,
  threads,
  clock = 'wall',
  ...config
} = JSON.parse(process.argv[2]!) as TrainConfig & {
  backend: BackendName;
  threads: number;
  clock?: Clock;
};
await useBackend(backend, { threads });
const trainer = new Trainer(config);
const count = 256;
const { size, channels } = config;
const rng = createRng(0);
const data = Uint8Array.from({ length: count * size * size * channels }, () => rng.integer(256));
const images = ndarray(data, [count, size, size, channels]);
const set = { count, images, labels: new Int32Array(count), digest: '' };

console.log(`@cxr/dcgan on ${backend}`);
for await (const _ of createInterface({ input: process.stdin })) {
  const seconds = stopwatch(clock);
  await trainer.trainStep(set);
  console.log(seconds());
}
console.log(process.resourceUsage().maxRSS / 1024);
process.exit(0);
