import { open } from 'node:fs/promises';
import { imageHeader, type NpyArray, writeNpz } from '@cxr/data';
import { checkShard, readNpzFile, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { activationRows } from '../activation-rows.js';
import { assertStatistics, Statistics } from '../statistics.js';
import type { StatisticsPart, StatisticsSettings } from './path-report.js';
import { decodeSettings, encodeSettings } from './statistics-settings.js';

/** Enough for float64 mu and sigma of 5,700 dims; the Inception's 2048 dims take 34 MB. */
const MAX_BYTES = 2 ** 28;
/** With activations: those of 300,000 images at 768 dims, of 100,000 at 2048. */
const MAX_ACTIVATION_BYTES = 2 ** 30;
/** Arrays that say of which images statistics are and how they were made, and the bytes of all of them. */
const DESCRIPTIONS = ['count', 'shard', 'set', 'settings'];
const MAX_DESCRIPTION = 2 ** 16;

/**
 * Reads statistics as pytorch-fid writes them: an .npz with `mu` `[dims]` and `sigma` `[dims, dims]`. If it has our
 * `count`, it can be merged. Other arrays in it are not read, whatever their size.
 *
 * @throws CxrFileError naming the file: `not-found`, `not-a-file`, `truncated`, `corrupt`, `too-large` (mu and sigma of more than
 * 256 MiB), `unsupported` for a file that is not an .npz, `mismatch` for one without statistics.
 */
export async function readStatistics(file: string): Promise<Statistics> {
  return toStatistics(await readArrays(file, ['mu', 'sigma', 'count'], MAX_BYTES), file);
}

/**
 * Reads statistics and, where the file has them, the activations `[n, dims]` that they are of, as `writeStatistics` wrote them. An .npz with
 * activations alone will do.
 * @throws as `readStatistics`; CxrFileError 'mismatch' for activations that are not finite float32 or float64 `[n, dims]`, or not of those statistics.
 */
export async function readActivations(
  file: string,
): Promise<{ statistics: Statistics; activations: NdArray<Float32Array> | undefined }> {
  const { statistics, activations } = await readMade(file, true);
  return { statistics, activations };
}

/** What a statistics file has: the activations if they are asked for, and how they were made, if it says so. @throws as `readActivations`. */
export async function readMade(file: string, withActivations: boolean): Promise<StatisticsFile> {
  const names = ['mu', 'sigma', 'count', ...(withActivations ? ['activations'] : [])];
  const arrays = await readArrays(file, names, withActivations ? MAX_ACTIVATION_BYTES : MAX_BYTES);
  return { ...toActivations(arrays, file), settings: await readSettings(file) };
}

interface StatisticsFile {
  statistics: Statistics;
  activations: NdArray<Float32Array> | undefined;
  settings: StatisticsSettings | undefined;
}

function toActivations(
  arrays: Record<string, NpyArray>,
  file: string,
): Pick<StatisticsFile, 'statistics' | 'activations'> {
  if (!arrays.activations) return { statistics: toStatistics(arrays, file), activations: undefined };
  try {
    const { data, shape } = arrays.activations;
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new RangeError(`activations are ${arrays.activations.dtype}, not float32`);
    }
    const activations = ndarray(Float32Array.from(data), [...shape]);
    const own = Statistics.of(activations);
    if (!arrays.mu) return { statistics: own, activations };
    const statistics = toStatistics(arrays, file);
    if (statistics.dims !== own.dims || (statistics.count ?? own.count) !== own.count) {
      throw new RangeError(`its activations are [${shape}], but its mean has ${statistics.dims} dims`);
    }
    return { statistics, activations };
  } catch (error) {
    if (error instanceof CxrFileError) throw error;
    throw new CxrFileError('mismatch', (error as Error).message, { file, cause: error });
  }
}

/** As `readStatistics`, with how they were made and the part of a set that they are of, if the file says so. */
export async function readPart(
  file: string,
): Promise<Pick<StatisticsFile, 'statistics' | 'settings'> & { part: StatisticsPart | undefined }> {
  const arrays = await readArrays(file, ['mu', 'sigma', 'count', 'shard', 'set'], MAX_BYTES);
  const statistics = toStatistics(arrays, file);
  const settings = await readSettings(file);
  if (!arrays.shard || !arrays.set) return { statistics, settings, part: undefined };
  const shard: unknown = Array.from(arrays.shard.data as BigInt64Array, Number);
  try {
    checkShard(shard);
    const set = Array.from(arrays.set.data as Uint8Array, (byte) =>
      Number(byte).toString(16).padStart(2, '0'),
    );
    return { statistics, settings, part: { shard, set: set.join(''), settings } };
  } catch (error) {
    throw new CxrFileError('corrupt', (error as Error).message, { file, cause: error });
  }
}

/** How statistics were made, if the file says so as we write it; `settings` of other programs are text, objects or numbers. */
async function readSettings(file: string): Promise<StatisticsSettings | undefined> {
  try {
    const { settings } = await readArrays(file, ['settings'], MAX_BYTES);
    return settings?.dtype === 'uint8' ? decodeSettings(settings.data as Uint8Array) : undefined;
  } catch (error) {
    if (!(error instanceof CxrFileError))
      throw new CxrFileError('corrupt', (error as Error).message, { file, cause: error });
    if (error.code === 'unsupported') return undefined;
    throw error;
  }
}

function toStatistics({ mu, sigma, count }: Record<string, NpyArray>, file: string): Statistics {
  const fail = (reason: string): never => {
    throw new CxrFileError('mismatch', reason, { file });
  };
  if (!mu || !sigma) return fail('not a statistics file: it lacks mu or sigma');
  const dims = mu.shape[0] ?? 0;
  if (mu.shape.length !== 1 || sigma.shape.join() !== `${dims},${dims}`) {
    return fail(`mu is [${mu.shape}] and sigma is [${sigma.shape}], not [dims] and [dims, dims]`);
  }
  try {
    return Statistics.fromMoments({
      mu: floats(mu),
      sigma: floats(sigma),
      count: count && Number(count.data[0]),
    });
  } catch (error) {
    return fail((error as Error).message);
  }
}

/**
 * Writes statistics so that pytorch-fid reads them: `mu` and `sigma`, float64, compressed, and `count`, if known,
 * for a later merge.
 *
 * @param activations `[n, dims]` that they are of, written too, for KID and other metrics that need each image; uncompressed they take n × dims × 4 bytes. @default none
 * @param part the part of a set that they are of, or for a whole set how they were made (`{ settings }`), so that `cxr-fid merge` can tell that each part is
 * there once and all were made in the same way. @default a whole set, made in an unknown way
 * @throws CxrFileError if the file cannot be written; TypeError unless `statistics` are Statistics; RangeError for activations of other images.
 */
export async function writeStatistics(
  file: string,
  statistics: Statistics,
  activations?: NdArray<Float32Array>,
  part?: StatisticsPart | Pick<StatisticsPart, 'settings'>,
): Promise<void> {
  assertStatistics(statistics);
  const { dims, mu, sigma, count } = statistics;
  const arrays: Record<string, NpyArray> = {
    mu: { data: mu, shape: [dims], dtype: 'float64' },
    sigma: { data: sigma, shape: [dims, dims], dtype: 'float64' },
  };
  if (count !== undefined)
    arrays.count = { data: BigInt64Array.of(BigInt(count)), shape: [], dtype: 'int64' };
  if (activations !== undefined) {
    const rows = activationRows(activations);
    if (rows.dims !== dims || rows.n !== count) {
      throw new RangeError(
        `activations [${rows.n}, ${rows.dims}] are not those of statistics of ${count} images, ${dims} dims`,
      );
    }
    arrays.activations = { data: rows.data, shape: [rows.n, dims], dtype: 'float32' };
  }
  if (part !== undefined && 'shard' in part) {
    arrays.shard = { data: BigInt64Array.from(part.shard.map(BigInt)), shape: [2], dtype: 'int64' };
    const set = Uint8Array.from(part.set.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
    arrays.set = { data: set, shape: [set.length], dtype: 'uint8' };
  }
  if (part?.settings !== undefined) {
    const settings = encodeSettings(part.settings);
    arrays.settings = { data: settings, shape: [settings.length], dtype: 'uint8' };
  }
  await writeFileAtomic(file, writeNpz(arrays, { compressed: true }));
}

/** @throws RangeError for complex numbers. */
function floats({ data, dtype }: NpyArray): Float64Array {
  if (dtype.startsWith('complex')) throw new RangeError(`statistics of complex numbers (${dtype})`);
  return data instanceof Float64Array ? data : Float64Array.from(data as Float32Array, Number);
}

async function readArrays(
  file: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Record<string, NpyArray>> {
  try {
    // Only these: other programs also store names of files or settings, as text or objects.
    return await readLimited(file, names, maxBytes);
  } catch (error) {
    if (!(error instanceof CxrFileError) || error.code === 'not-found') throw error;
    const other = error.code === 'not-a-file' ? undefined : await otherKind(file);
    if (other !== undefined) throw new CxrFileError('unsupported', other, { file, cause: error });
    throw new CxrFileError(error.code, `cannot read statistics: ${error.reason}`, { file, cause: error });
  }
}

/** Arrays that say of which images statistics are and how they were made have a smaller limit. */
async function readLimited(
  file: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Record<string, NpyArray>> {
  const short = names.filter((name) => DESCRIPTIONS.includes(name));
  const long = names.filter((name) => !short.includes(name));
  const arrays = short.length > 0 ? await readNpzFile(file, { names: short, maxBytes: MAX_DESCRIPTION }) : {};
  return long.length > 0 ? { ...arrays, ...(await readNpzFile(file, { names: long, maxBytes })) } : arrays;
}

/** Says what a file is that is not a zip, and what a path should be. */
async function otherKind(file: string): Promise<string | undefined> {
  const start = await readStart(file);
  const text = new TextDecoder('latin1').decode(start.subarray(0, 6));
  if (text.startsWith('PK')) return undefined;
  const kind = text === '\x93NUMPY' ? 'an .npy array' : imageKind(start);
  return `${kind}: expected a folder of images, or statistics in an .npz file with mu and sigma`;
}

function imageKind(start: Uint8Array): string {
  if (start.length === 0) return 'an empty file';
  try {
    return `an image (${imageHeader(start).format})`;
  } catch (error) {
    // A known format, damaged.
    if (error instanceof CxrFileError && error.code !== 'unsupported') return error.reason;
    return 'neither a folder nor an .npz file';
  }
}

async function readStart(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(2 ** 16), 0, 2 ** 16, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
