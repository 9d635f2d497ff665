import { readFile } from 'node:fs/promises';
import { type NpyArray, readNpz, writeNpz } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { Statistics } from '../statistics.js';

/**
 * Reads statistics as pytorch-fid writes them: an .npz with `mu` `[dims]` and `sigma` `[dims, dims]`. Where it has our
 * own `count`, it can be merged.
 *
 * @throws CxrFileError `not-found`, `corrupt` or `mismatch`, naming the file.
 */
export async function readStatistics(file: string): Promise<Statistics> {
  const arrays = parse(await readBytes(file), file);
  const fail = (reason: string): never => {
    throw new CxrFileError('mismatch', reason, { file });
  };
  const { mu, sigma, count } = arrays;
  if (!mu || !sigma) return fail('not a statistics file: it lacks mu or sigma');
  const dims = mu.shape[0] ?? 0;
  if (mu.shape.length !== 1 || sigma.shape.join() !== `${dims},${dims}`) {
    return fail(`mu is [${mu.shape}] and sigma is [${sigma.shape}], not [dims] and [dims, dims]`);
  }
  try {
    const moments = { mu: floats(mu), sigma: floats(sigma) };
    return Statistics.fromMoments(count ? { ...moments, count: Number(count.data[0]) } : moments);
  } catch (error) {
    return fail((error as Error).message);
  }
}

/**
 * Writes statistics so that pytorch-fid reads them: `mu` and `sigma`, float64, compressed, and `count` for a later
 * merge where it is known.
 */
export async function writeStatistics(file: string, statistics: Statistics): Promise<void> {
  const { dims, mu, sigma, count } = statistics;
  const arrays: Record<string, NpyArray> = {
    mu: { data: mu, shape: [dims], dtype: 'float64' },
    sigma: { data: sigma, shape: [dims, dims], dtype: 'float64' },
  };
  if (count !== undefined)
    arrays.count = { data: BigInt64Array.of(BigInt(count)), shape: [], dtype: 'int64' };
  await writeFileAtomic(file, writeNpz(arrays, { compressed: true }));
}

function floats(array: NpyArray): Float64Array {
  return array.data instanceof Float64Array
    ? array.data
    : Float64Array.from(array.data as Float32Array, Number);
}

function parse(bytes: Uint8Array, file: string): Record<string, NpyArray> {
  try {
    // Others keep names of files or settings beside them, as text or objects.
    return readNpz(bytes, { names: ['mu', 'sigma', 'count'] });
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    throw new CxrFileError(error.code, `cannot read statistics: ${error.reason}`, { file, cause: error });
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(file);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'there is no such file or folder' : (cause as Error).message;
    throw new CxrFileError(missing ? 'not-found' : 'unreadable', reason, { file, cause });
  }
}
