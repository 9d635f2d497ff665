import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { resolveConfig, type TrainConfig } from '@cxr/dcgan';
import { type Bench, type BenchRow, machine, row } from './bench.js';
import { Contestant } from './contestant.js';
import { findPython, peerScript } from './python.js';

/** The configurations of the README's table. */
export const CONFIGURATIONS: Readonly<Record<string, TrainConfig>> = {
  'dcgan64-f64-b64': resolveConfig({ preset: 'dcgan', size: 64, width: 64, batchSize: 64 }),
  'dcgan128-f32-b32': resolveConfig({ preset: 'dcgan', size: 128, width: 32, batchSize: 32 }),
  'paper-b16': resolveConfig({ preset: 'paper', batchSize: 16 }),
};

const BACKENDS = ['onnxruntime', 'wasm'] as const;

/** The first steps allocate memory and build what is kept. */
const WARM_UP = 2;
const RUNS = 7;

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Steps a second of one DCGAN training step (discriminator and generator) beside PyTorch on the CPU, with as many
 * threads, ours and the peer's steps in turn so that both see the same machine. Words of the command line choose
 * the rows: all whose names contain one of them.
 */
export const run: Bench = async ({ log, args }) => {
  const python = findPython('torch', log);
  if (!python) log('no python3 with PyTorch (set CXR_PYTHON): ours alone');
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  let peer = 'nothing: PyTorch is not installed';
  const names = Object.keys(CONFIGURATIONS).flatMap((name) => BACKENDS.map((backend) => ({ name, backend })));
  for (const { name, backend } of names) {
    const title = `${backend}/${name}`;
    if (args.length > 0 && !args.some((word) => title.includes(word.replace('native', 'onnxruntime'))))
      continue;
    const result = await compare(title, { ...CONFIGURATIONS[name]!, backend }, python, log);
    rows.push(result.row);
    notes.push(result.note);
    if (result.peer) peer = result.peer;
  }
  return { machine: machine(), peer, rows, notes };
};

async function compare(
  title: string,
  config: TrainConfig & { backend: string },
  python: string | null,
  log: (line: string) => void,
): Promise<{ row: BenchRow; note: string; peer: string | undefined }> {
  const words = JSON.stringify({ ...config, threads: availableParallelism() });
  const ours = new Contestant(process.execPath, [file('train-worker.js'), words]);
  const theirs = python ? new Contestant(python, [peerScript('train.py'), words]) : undefined;
  await ours.title;
  const peer = await theirs?.title;
  const seconds: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let i = -WARM_UP; i < RUNS; i++) {
    const own = await ours.work();
    const other = (await theirs?.work()) ?? Number.NaN;
    log(`${title}: ${own.toFixed(2)} s a step, peer ${other.toFixed(2)} s`);
    if (i < 0) continue;
    seconds.ours.push(own);
    seconds.theirs.push(other);
  }
  const memory = [await ours.end(), (await theirs?.end()) ?? Number.NaN] as const;
  const note = `${title}: peak memory ${memory[0].toFixed(0)} MiB, peer ${memory[1].toFixed(0)} MiB`;
  const rates = (values: number[]): number[] => values.map((value) => 1 / value);
  const peerRates = theirs ? rates(seconds.theirs) : null;
  return { row: row(title, 'steps/s', rates(seconds.ours), peerRates), note, peer };
}
