// The Fréchet distance alone, beside pytorch-fid's: from statistics, and from activations of fewer images than dims.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '@cxr/data';
import { frechetDistance, Statistics } from '@cxr/fid';
import { readStatistics, writeStatistics } from '@cxr/fid/node';
import { createRng, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type BenchOptions, type BenchResult, type BenchRow, machine, row } from './bench.js';
import { DistancePeer, findPytorchFid } from './pytorch-fid-peer.js';

const RUNS = 5;

interface Case {
  name: string;
  dims: number;
  counts: [number, number];
  from: 'statistics' | 'activations';
}

const CASES: readonly Case[] = [
  // Three times as many images as dims, so that no covariance is short of rank.
  { name: 'from statistics, 768 dims', dims: 768, counts: [2304, 2304], from: 'statistics' },
  { name: 'from statistics, 2048 dims', dims: 2048, counts: [6144, 6144], from: 'statistics' },
  {
    name: 'from activations of 234 and 390 images, 768 dims',
    dims: 768,
    counts: [234, 390],
    from: 'activations',
  },
  {
    name: 'from activations of 234 and 390 images, 2048 dims',
    dims: 2048,
    counts: [234, 390],
    from: 'activations',
  },
];

/** `bench distance` */
export async function run({ log }: BenchOptions): Promise<BenchResult> {
  const found = findPytorchFid(log);
  const peer = found ? new DistancePeer(found) : null;
  const folder = await mkdtemp(join(tmpdir(), 'cxr-bench-'));
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  try {
    for (const item of CASES) {
      log(item.name);
      const { ours, theirs, difference } = await measure(item, folder, peer);
      rows.push(row(item.name, 'distances/s', ours, theirs));
      if (difference !== null)
        notes.push(`${item.name}: the values differ by ${difference.toExponential(1)} relative`);
    }
  } finally {
    peer?.close();
    await rm(folder, { recursive: true });
  }
  return { machine: machine(), peer: found?.version ?? 'pytorch-fid is not installed', rows, notes };
}

async function measure(item: Case, folder: string, peer: DistancePeer | null) {
  const sets = item.counts.map((count, i) => activationsLike(count, item.dims, i));
  const files = sets.map((_, i) =>
    join(folder, `${item.from}-${item.dims}-${i}.${item.from === 'statistics' ? 'npz' : 'npy'}`),
  );
  for (const [i, set] of sets.entries()) {
    if (item.from === 'statistics') await writeStatistics(files[i]!, Statistics.of(set));
    else await writeFile(files[i]!, writeNpy({ data: set.data, shape: set.shape, dtype: 'float32' }));
  }
  const ours: number[] = [];
  const theirs: number[] = [];
  let difference: number | null = null;
  for (let i = 0; i < RUNS; i++) {
    // Afresh each time, so that nothing computed in an earlier run is at hand.
    const loaded =
      item.from === 'statistics' ? [await readStatistics(files[0]!), await readStatistics(files[1]!)] : null;
    const start = performance.now();
    const [a, b] = loaded ?? sets.map((set) => Statistics.of(set));
    const fid = frechetDistance(a!, b!);
    ours.push(1000 / (performance.now() - start));
    if (!peer) continue;
    const answer = await peer.ask(
      item.from === 'statistics' ? { statistics: files } : { activations: files },
    );
    theirs.push(1 / answer.seconds);
    difference = Math.abs(answer.fid - fid) / fid;
  }
  return { ours, theirs: peer ? theirs : null, difference };
}

/** Activations `[n, dims]` with a spectrum like the Inception's: not negative, correlated, falling over decades. */
export function activationsLike(n: number, dims: number, seed: number): NdArray<Float32Array> {
  const rng = createRng(seed);
  const data = new Float32Array(n * dims);
  for (let i = 0; i < n; i++) {
    let last = 0;
    for (let j = 0; j < dims; j++) {
      last = 0.7 * last + rng.normal();
      data[i * dims + j] = Math.abs(last * Math.exp((-6 * j) / dims)) + 0.1 * seed;
    }
  }
  return ndarray(data, [n, dims]);
}
