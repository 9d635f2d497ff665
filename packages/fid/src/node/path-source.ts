import { stat } from 'node:fs/promises';
import {
  type ArrayImages,
  inShard,
  listImages,
  npzNames,
  openArrayImages,
  pathBelow,
  type Shard,
} from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Statistics } from '../statistics.js';
import { sha256 } from '../weights/sha256.js';
import type { SizedPath, StatisticsPart, StatisticsSettings } from './path-report.js';
import { readMade } from './statistics-file.js';

/** A folder or zip file of images that are not read yet. */
interface FolderSource {
  path: string;
  files: string[];
  part?: StatisticsPart | undefined;
  /** Width and height that the images are brought to first. @default their own */
  size?: number | undefined;
}

/** A file with an array of images, which are not read yet. */
export interface ArraySource {
  path: string;
  images: ArrayImages;
  part?: StatisticsPart | undefined;
  /** As of a folder. */
  size?: number | undefined;
}

/** Whose images are still to be read. */
export type ImageSource = FolderSource | ArraySource;

/** What a path is, before any image is read. */
export type PathSource = ImageSource | StatisticsSource;

/** What a statistics file holds. */
interface StatisticsSource {
  path: string;
  statistics: Statistics;
  /** `[n, dims]`, if they were asked for and the file has them. */
  activations?: NdArray<Float32Array> | undefined;
  settings?: StatisticsSettings | undefined;
}

/**
 * Lists a folder or zip file of images, opens an array of images, or reads a statistics file.
 * @throws CxrFileError `not-found`; `empty` for a folder with fewer than two images; `mismatch` for statistics of other dims,
 * `unsupported` for statistics with a size or a shard;
 * and as `readStatistics` and `openArrayImages`.
 */
export async function openPath(
  { path, size }: SizedPath,
  { dims, recursive, keepActivations, bits, shard, onWarning }: OpenPathOptions,
): Promise<PathSource> {
  if (await isFolder(path)) {
    const all = await listImages(path, { recursive });
    const files = [...inShard(all, shard)];
    if (files.length < 2) throw tooFewImages(path, files.length, shard);
    const names = all.map((file) => pathBelow(path, file));
    return { path, files, size, part: shard && (await partOf(shard, names)) };
  }
  if (await isArrayFile(path)) {
    const all = await openArrayImages(path, {
      bits,
      onWarning: onWarning && ((message) => onWarning(`${path}: ${message}`)),
    });
    const images = shard ? imagesInShard(all, shard) : all;
    if (images.count < 2) throw tooFewImages(path, images.count, shard);
    return { path, images, size, part: shard && (await partOf(shard, [all.name ?? '', String(all.count)])) };
  }
  if (shard !== undefined)
    throw new CxrFileError('unsupported', 'statistics of images have no shards', { file: path });
  const read = await readMade(path, keepActivations);
  const { statistics } = read;
  if (size !== undefined)
    throw new CxrFileError('unsupported', 'statistics of images cannot be brought to a size', { file: path });
  if (statistics.dims === dims) return { path, ...read };
  throw new CxrFileError('mismatch', `statistics have ${statistics.dims} dims, not ${dims}`, { file: path });
}

interface OpenPathOptions {
  dims: number;
  recursive: boolean;
  keepActivations: boolean;
  bits: number | undefined;
  shard: Shard | undefined;
  /** As of `pathStatistics`, for arrays. */
  onWarning?: ((message: string) => void) | undefined;
}

async function partOf(shard: Shard, names: readonly string[]): Promise<StatisticsPart> {
  const text = names.map((name) => `${name}\n`).join('');
  return { shard, set: await sha256(new TextEncoder().encode(text)) };
}

function imagesInShard(images: ArrayImages, shard: Shard): ArrayImages {
  const [index, of] = shard;
  return {
    ...images,
    count: Math.max(0, Math.ceil((images.count - index) / of)),
    async *[Symbol.asyncIterator]() {
      let at = 0;
      for await (const item of images) if (at++ % of === index) yield item;
    },
  };
}

/** The error for a folder that is too small for a covariance. */
export function tooFewImages(path: string, count: number, shard: Shard | undefined): CxrFileError {
  const where = shard ? `in the shard ${shard.join('/')}, so take fewer shards` : 'here';
  return new CxrFileError('empty', `a FID needs at least two images a set: ${count} ${where}`, {
    file: path,
  });
}

/** Arrays that make an .npz a statistics file. */
const STATISTICS = ['mu', 'sigma', 'activations'];

/** Whether a file holds images as an array: an .npy, or an .npz without statistics. */
export async function isArrayFile(file: string): Promise<boolean> {
  if (/\.npy$/i.test(file)) return true;
  if (!/\.npz$/i.test(file)) return false;
  // What is wrong with a file that is no zip is said where statistics are read.
  const names = await npzNames(file).catch(() => []);
  return names.length > 0 && !names.some((name) => STATISTICS.includes(name));
}

/** Whether `listImages` lists it: a folder, a zip file, or a folder in one. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory() || /\.zip$/i.test(path);
  } catch (cause) {
    if (/\.zip[!/\\]/i.test(path)) return true;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CxrFileError('not-found', 'there is no such file or folder', { file: path, cause });
    throw new CxrFileError('unreadable', (cause as Error).message, { file: path, cause });
  }
}
