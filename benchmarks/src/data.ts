// Decode and resize: image files to batches of 299 pixels, beside a PyTorch DataLoader with Pillow.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantoms } from '@cxr/data';
import { listImages } from '@cxr/data/node';
import { type Bench, type BenchRow, machine, row } from './bench.js';
import { Contestant } from './contestant.js';
import { findPython, peerScript } from './python.js';
import { ORIGINALS, XRAYS } from './shared.js';

const RUNS = 7;
const SIZE = 299;
const BATCH_SIZE = 50;
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Images a second through the whole way, list to batch, with as many workers on both sides, a pass of ours and one of
 * the peer's in turn. Words of the command line choose the rows: all whose names contain one of them.
 */
export const run: Bench = async ({ log, args }) => {
  const python = findPython('torch, PIL', log);
  if (!python) log('no python3 with PyTorch and Pillow (set CXR_PYTHON): ours alone');
  const folder = await mkdtemp(join(tmpdir(), 'cxr-bench-'));
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  let peer = 'nothing: PyTorch is not installed';
  try {
    for (const [name, files] of await inputs(folder)) {
      if (args.length > 0 && !args.some((word) => name.includes(word))) continue;
      const result = await compare(name, files, python, log);
      rows.push(result.row);
      notes.push(result.note);
      peer = result.peer ?? peer;
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return { machine: machine(), peer, rows, notes };
};

/** Real X-rays where they are at hand, each of the few originals several times; else phantoms as PNG. */
async function inputs(folder: string): Promise<[name: string, files: string[]][]> {
  const small = join(XRAYS, 'test');
  if (existsSync(small) && existsSync(ORIGINALS)) {
    const originals = await listImages(ORIGINALS, { recursive: true });
    return [
      ['jpeg-224', await listImages(small, { recursive: true })],
      ['jpeg-original', Array.from({ length: 120 }, (_, i) => originals[i % originals.length]!)],
    ];
  }
  for (const { name, image } of phantoms({ count: 40, seed: 1, size: 1024 })) {
    await writeFile(join(folder, name.replaceAll('/', '-')), encodePng(image));
  }
  return [['png-1024', await listImages(folder)]];
}

async function compare(
  name: string,
  files: readonly string[],
  python: string | null,
  log: (line: string) => void,
): Promise<{ row: BenchRow; note: string; peer: string | undefined }> {
  const workers = availableParallelism();
  const words = JSON.stringify({ files, size: SIZE, batchSize: BATCH_SIZE, workers });
  const ours = new Contestant(process.execPath, [file('data-worker.js'), words]);
  const theirs = python ? new Contestant(python, [peerScript('data.py'), words]) : undefined;
  await ours.title;
  const peer = await theirs?.title;
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  // The first pass starts the workers.
  for (let i = -1; i < RUNS; i++) {
    const own = files.length / (await ours.work());
    const other = theirs ? files.length / (await theirs.work()) : Number.NaN;
    log(`${name}: ${own.toFixed(0)} images/s, peer ${other.toFixed(0)}`);
    if (i < 0) continue;
    rates.ours.push(own);
    rates.theirs.push(other);
  }
  const memory = [await ours.end(), (await theirs?.end()) ?? Number.NaN] as const;
  const note = `${name}: ${files.length} files, ${workers} workers, peak memory ${memory[0].toFixed(0)} MiB, peer ${memory[1].toFixed(0)} MiB`;
  return { row: row(`${name}/${SIZE}`, 'images/s', rates.ours, theirs ? rates.theirs : null), note, peer };
}
