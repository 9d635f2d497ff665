import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpz } from '@cxr/data';
import { DIMS, type InceptionEngine } from '@cxr/fid';
import { createRng } from '@cxr/image';
import ndarray, { type NdArray } from 'ndarray';
import { main } from '../src/cli/main.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** Small goldens, committed. */
export const fixtures = join(root, 'fixtures', 'fid');

/** Data, weights and goldens that lie beside the project, or undefined: tests that need them are then skipped. */
export const shared: string | undefined = [process.env.CXR_SHARED, join(root, '..', 'shared')].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'goldens')),
);

export const weightsFile = join(shared ?? '', 'weights', 'pt_inception-2015-12-05-refolded.pth');

export function readBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(file));
}

/** Activations by dims, `dims64` to `dims2048`, of an npz that also holds the files' names. */
export function readFloats(file: string): Record<string, { data: Float32Array; shape: number[] }> {
  const arrays = readNpz(readBytes(file), { names: DIMS.map((dims) => `dims${dims}`) });
  return arrays as Record<string, { data: Float32Array; shape: number[] }>;
}

/** Activations `[n, dims]` like the Inception's: not negative, correlated, of falling variance. */
export function syntheticActivations(
  n: number,
  dims: number,
  seed: number,
  shift = 0,
): NdArray<Float32Array> {
  const rng = createRng(seed);
  const data = new Float32Array(n * dims);
  for (let i = 0; i < n; i++) {
    let last = 0;
    for (let j = 0; j < dims; j++) {
      last = 0.7 * last + rng.normal();
      data[i * dims + j] = Math.abs(last * Math.exp((-5 * j) / dims)) + shift;
    }
  }
  return ndarray(data, [n, dims]);
}

export function relative(got: number, want: number): number {
  return Math.abs(got - want) / Math.abs(want);
}

/** Runs `cxr-fid` in this process, so that a change of its sources can be noticed. */
export async function runMain(
  ...args: string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(args, {
    result: (line) => void out.push(`${line}\n`),
    note: (line) => void err.push(`${line}\n`),
    progress() {},
  });
  return { status, stdout: out.join(''), stderr: err.join('') };
}

/**
 * An engine as a stranger may bring it: sums of the pixels of five stripes, over their number. Any other byte gives other
 * activations.
 */
export function stripesEngine(dispose: () => void = () => {}): InceptionEngine {
  return {
    name: 'stripes',
    dims: 5,
    device: 'here',
    async activations({ data, shape: [count = 0] }) {
      const size = data.length / count;
      const sums = new Float32Array(5 * count);
      for (let i = 0; i < data.length; i++)
        sums[5 * Math.floor(i / size) + ((i % size) % 5)]! += data[i]! / size;
      return ndarray(sums, [count, 5]);
    },
    dispose,
  };
}
