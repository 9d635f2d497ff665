import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpz } from '@cxr/data';
import { DIMS } from '@cxr/fid';
import { createRng } from '@cxr/image';
import ndarray, { type NdArray } from 'ndarray';

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
