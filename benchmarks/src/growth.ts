// How cost grows: a training step against the size and width of the networks, the FID against the number of images.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantoms } from '@cxr/data';
import { resolveConfig, type Size, type TrainSettings } from '@cxr/dcgan';
import { type Bench, type BenchRow, machine, row } from './bench.js';
import { Contestant } from './contestant.js';
import { WEIGHTS, XRAYS } from './shared.js';

const BATCH = 32;
const SIZES: readonly Size[] = [64, 128, 256];
const WIDTHS = [16, 32, 64];
/** A network's activations of a batch of larger ones do not fit into the memory of small machines. */
const MAX_FEATURES = 128 * 64;
const STEPS = 3;
const COUNTS = [600, 6000];
const DISTANCE_COUNTS = [600, 6000, 60_000];
/** Of each set; the time grows with their square: the larger ones take half an hour each. */
const PAIR_COUNTS = [10_000, 50_000];

const worker = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * Seconds of all processors, which other programs change little, and peak memory of the whole process, for each case a process of its own. Words of the command line choose the cases: all
 * whose names contain one of them.
 */
export const run: Bench = async ({ log, args }) => {
  const rows: BenchRow[] = [];
  const measure = async (name: string, script: string, task: object, runs: number): Promise<void> => {
    if (args.length > 0 && !args.some((word) => name.includes(word))) return;
    const contestant = new Contestant(process.execPath, [worker(script), JSON.stringify(task)]);
    await contestant.title;
    const seconds: number[] = [];
    // The first step allocates memory, and builds what is kept.
    if (runs > 1) await contestant.work();
    for (let i = 0; i < runs; i++) seconds.push(await contestant.work());
    rows.push(
      row(name, 'processor s', seconds, null),
      row(`${name}: peak memory`, 'MiB', [await contestant.end()], null),
    );
    const [time, memory] = rows.slice(-2);
    log(`${name}: ${time!.ours.toPrecision(3)} s, ${memory!.ours.toFixed(0)} MiB`);
  };
  for (const size of SIZES) {
    for (const width of WIDTHS) {
      if (size * width > MAX_FEATURES) continue;
      const config = resolveConfig({ preset: 'dcgan', size, width, batchSize: BATCH } as TrainSettings);
      const task = { ...config, backend: 'onnxruntime', threads: availableParallelism(), clock: 'processor' };
      await measure(`train: size ${size}, width ${width}, batch ${BATCH}`, 'train-worker.js', task, STEPS);
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'cxr-bench-'));
  try {
    const folders = await imageFolders(folder);
    const weights = existsSync(WEIGHTS) ? WEIGHTS : undefined;
    for (const count of COUNTS) {
      await measure(
        `fid: ${count} images, 768 dims`,
        'fid-worker.js',
        { count, dims: 768, folders, weights },
        1,
      );
    }
    for (const dims of [768, 2048]) {
      for (const count of DISTANCE_COUNTS) {
        const name = `fid without the network: ${count} activations, ${dims} dims`;
        await measure(name, 'fid-worker.js', { count, dims }, 1);
      }
    }
    for (const count of PAIR_COUNTS) {
      for (const metric of ['prdc', 'kid', 'kid of subsets']) {
        await measure(
          `${metric}: ${count} a set, 768 dims`,
          'pairs-worker.js',
          { metric, count, dims: 768 },
          1,
        );
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    machine: machine(),
    peer: 'nothing: this is how our own cost grows',
    rows,
    notes: ['fid: images are taken again from the first where there are fewer'],
  };
};

/** Folders of some hundred images: the X-rays if they are there, else phantoms. */
async function imageFolders(folder: string): Promise<string[]> {
  const test = join(XRAYS, 'test');
  if (existsSync(test)) return ['NORMAL', 'PNEUMONIA'].map((name) => join(test, name));
  for (const { name, image } of phantoms({ count: 300, seed: 0, size: 224 })) {
    await writeFile(join(folder, `${name.replaceAll('/', '-')}.png`), encodePng(image));
  }
  return [folder];
}
