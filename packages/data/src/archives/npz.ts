import { CxrFileError } from '@cxr/image';
import { zipSync } from 'fflate';
import { type NpyArray, readNpy, writeNpy } from './npy.js';
import { type ReadZipOptions, readZip } from './read-zip.js';

export interface ReadNpzOptions extends ReadZipOptions {
  /** Arrays to read, where they are there; others, which may be of types unknown here, are passed over. Default: all. */
  names?: readonly string[];
}

/**
 * Reads an .npz file, plain or compressed, as NumPy's `load` does: arrays by name, without the '.npy'.
 * @throws CxrFileError 'unsupported', 'truncated', 'corrupt' or 'too-large'.
 */
export function readNpz(bytes: Uint8Array, options: ReadNpzOptions = {}): Record<string, NpyArray> {
  const { names } = options;
  const arrays: [string, NpyArray][] = [];
  for (const [entry, data] of readZip(bytes, options)) {
    const name = entry.replace(/\.npy$/, '');
    if (names && !names.includes(name)) continue;
    try {
      arrays.push([name, readNpy(data)]);
    } catch (error) {
      if (!(error instanceof CxrFileError)) throw error;
      throw new CxrFileError(error.code, `${name}: ${error.reason}`);
    }
  }
  return Object.fromEntries(arrays);
}

export interface WriteNpzOptions {
  /** Deflates, as `np.savez_compressed` does. Default false. */
  compressed?: boolean;
}

/** Writes an .npz file that NumPy's `load` reads. The same arrays give the same bytes. */
export function writeNpz(arrays: Record<string, NpyArray>, options: WriteNpzOptions = {}): Uint8Array {
  const { compressed = false } = options;
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const);
  // The earliest time a zip can tell, read in local time as fflate writes it.
  return zipSync(Object.fromEntries(files), { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
