// The whole command, from a shell's point of view: 624 chest X-rays, dims 768, beside `python3 -m pytorch_fid`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantoms } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { type BenchOptions, type BenchResult, machine, median, row } from './bench.js';
import { productPeak } from './peak.js';
import { findPytorchFid, peerArguments } from './pytorch-fid-peer.js';
import { WEIGHTS, XRAYS } from './shared.js';

const RUNS = 5;
const COUNTS = [234, 390] as const;
/** Additions and multiplications of the convolutions of one image up to 768 dims, at 299 pixels. */
const GFLOP = 9.42;
const root = fileURLToPath(new URL('../../', import.meta.url));

interface Input {
  folders: [string, string];
  weights: string;
  /** What pytorch-fid loads; `-` for weights of its own, where ours are random, too. */
  peerWeights: string;
  note: string;
}

/** `bench fid [RUNS]` */
export async function run({ log, args }: BenchOptions): Promise<BenchResult> {
  const runs = Number(args[0] ?? RUNS);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new RangeError(`invalid number of runs: ${args[0]}`);
  const peer = findPytorchFid(log);
  const folder = await mkdtemp(join(tmpdir(), 'cxr-bench-'));
  try {
    const input = await findInput(folder);
    const threads = String(availableParallelism());
    const images = COUNTS[0] + COUNTS[1];
    const bin = join(root, 'packages', 'fid', 'bin', 'cxr-fid.js');
    // The peer's own resize, so that both do the same work.
    const own = [bin, ...input.folders, '--dims', '768', '--resize', 'network', '--weights', input.weights];
    const ours: number[] = [];
    const theirs: number[] = [];
    const values: string[] = [];
    let busy = 0;
    for (let i = 0; i < runs; i++) {
      const mine = await timed(process.execPath, [...own, '--threads', threads, '--json'], {});
      const { fid, seconds } = JSON.parse(mine.output) as { fid: number; seconds: Record<string, number> };
      ours.push(images / mine.seconds);
      busy = seconds.engine! / seconds.features!;
      values[0] = String(fid);
      log(`run ${i + 1} of ${runs}: ours ${mine.seconds.toFixed(1)} s`);
      if (!peer) continue;
      const command = peerArguments('fid', input.peerWeights, ...input.folders, '--dims', '768');
      const other = await timed(peer.python, command, { OMP_NUM_THREADS: threads });
      theirs.push(images / other.seconds);
      values[1] = other.output.replace('FID:', '').trim();
      log(`run ${i + 1} of ${runs}: pytorch-fid ${other.seconds.toFixed(1)} s`);
    }
    const peak = await productPeak(availableParallelism());
    const rate = (GFLOP * median(ours)) / busy;
    const name = `whole command, ${images} images, 768 dims, ${threads} threads`;
    return {
      machine: machine(),
      peer: peer?.version ?? 'pytorch-fid is not installed',
      rows: [row(name, 'images/s', ours, peer ? theirs : null)],
      notes: [
        input.note,
        `values: ${values.join(' and ')}`,
        `our engine computed ${Math.round(100 * busy)} % of the time from the first file to the last`,
        `${GFLOP} GFLOP an image: about ${rate.toFixed(0)} GFLOP/s while it computes, ${Math.round((100 * rate) / peak)} % of one product of 2048 × 2048 (${peak.toFixed(0)})`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function findInput(folder: string): Promise<Input> {
  const test = join(XRAYS, 'test');
  if (existsSync(WEIGHTS) && existsSync(test)) {
    const folders: [string, string] = [join(test, 'NORMAL'), join(test, 'PNEUMONIA')];
    return { folders, weights: WEIGHTS, peerWeights: WEIGHTS, note: 'chest X-rays of 224 pixels, JPEG' };
  }
  const folders: [string, string] = [join(folder, 'NORMAL'), join(folder, 'PNEUMONIA')];
  for (const [i, target] of folders.entries()) {
    await mkdir(target);
    for (const { name, image } of phantoms({ count: COUNTS[i]!, seed: i, size: 224, sick: i === 1 })) {
      await writeFile(join(target, `${name.replaceAll('/', '-')}.png`), encodePng(image));
    }
  }
  const random = join(folder, 'random.safetensors');
  await writeFile(random, writeSafetensors(randomWeights(1).tensors));
  return {
    folders,
    weights: random,
    peerWeights: '-',
    note: 'phantoms of 224 pixels, random weights on both sides',
  };
}

/** Wall-clock seconds of a whole process, and what it printed. */
function timed(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ seconds: number; output: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, output });
      else reject(new Error(`${program} failed: ${errors.trim().split('\n').at(-1)}`));
    });
  });
}
