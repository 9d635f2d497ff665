import { type BackendRequest, useBackend } from '@cxr/backend';
import { Trainer } from '@cxr/dcgan';
import { createRng, ndarray } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import { type Bench, machine, median, row } from './bench.js';
import { CONFIGURATIONS } from './train.js';

const WARM_UP = 2;
const RUNS = 5;

/**
 * Where the time of a training step goes: milliseconds a step by kernel, each with where the kernel comes from.
 * Words of the command line: a configuration of the `train` bench, and a backend.
 */
export const run: Bench = async ({ log, args }) => {
  const name = args.find((word) => word in CONFIGURATIONS) ?? 'dcgan64-f64-b64';
  const backend = (args.find((word) => !(word in CONFIGURATIONS)) ?? 'auto') as BackendRequest;
  const config = CONFIGURATIONS[name]!;
  const choice = await useBackend(backend);
  const sources = new Map(choice.kernels().map(({ kernel, source }) => [kernel, source]));
  const trainer = new Trainer(config);
  const set = randomSet(config.size, config.channels);
  const runs: Map<string, number>[] = [];
  for (let i = -WARM_UP; i < RUNS; i++) {
    const start = performance.now();
    const { kernels } = await tf.profile(async () => {
      await trainer.trainStep(set);
      return [];
    });
    log(`${choice.name}/${name}: ${(performance.now() - start).toFixed(0)} ms`);
    if (i >= 0) runs.push(await totals(kernels, sources));
  }
  const rows = [...runs[0]!.keys()].map((kernel) =>
    row(
      `${kernel} (${sources.get(kernel)})`,
      'ms/step',
      runs.map((each) => each.get(kernel) ?? 0),
      null,
    ),
  );
  rows.sort((a, b) => b.ours - a.ours);
  const whole = median(runs.map((each) => [...each.values()].reduce((sum, value) => sum + value, 0)));
  return {
    machine: machine(),
    peer: 'nothing: this is where our own time goes',
    rows,
    notes: [`${choice.name}/${name}: ${whole.toFixed(0)} ms a step in ${rows.length} kernels`],
  };
};

type KernelTimes = Awaited<ReturnType<typeof tf.profile>>['kernels'];

/** Milliseconds by kernel; what is not a kernel (a custom gradient, timed with all that it calls) is left out. */
async function totals(kernels: KernelTimes, known: Map<string, string>): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const { name, kernelTimeMs } of kernels) {
    const time = await kernelTimeMs;
    if (!known.has(name) || typeof time !== 'number') continue;
    sums.set(name, (sums.get(name) ?? 0) + time);
  }
  return sums;
}

function randomSet(size: number, channels: number): Parameters<Trainer['trainStep']>[0] {
  const count = 256;
  const rng = createRng(0);
  const data = Uint8Array.from({ length: count * size * size * channels }, () => rng.integer(256));
  const images = ndarray(data, [count, size, size, channels]);
  return { count, images, labels: new Int32Array(count), digest: '' };
}
