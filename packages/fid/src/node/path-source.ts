import { stat } from 'node:fs/promises';
import { listImages } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { Statistics } from '../statistics.js';
import type { SizedPath } from './path-report.js';
import { readActivations, readStatistics } from './statistics-file.js';

/** A folder of images that are not read yet. */
export interface FolderSource {
  path: string;
  files: string[];
  /** Width and height that the images are brought to first. @default their own */
  size?: number | undefined;
}

/** What a path is, before any image is read. */
export type PathSource = FolderSource | StatisticsSource;

/** What a statistics file holds. */
interface StatisticsSource {
  path: string;
  statistics: Statistics;
  /** `[n, dims]`, if they were asked for and the file has them. */
  activations?: NdArray<Float32Array> | undefined;
}

/**
 * Lists a folder of images, or reads a statistics file.
 * @throws CxrFileError `not-found`; `empty` for a folder with fewer than two images; `mismatch` for statistics of other dims,
 * `unsupported` for statistics with a size;
 * and as `readStatistics`.
 */
export async function openPath(
  { path, size }: SizedPath,
  { dims, recursive, keepActivations }: { dims: number; recursive: boolean; keepActivations: boolean },
): Promise<PathSource> {
  if (await isFolder(path)) {
    const files = await listImages(path, { recursive });
    if (files.length < 2) throw tooFewImages(path, files.length);
    return { path, files, size };
  }
  const read = keepActivations ? await readActivations(path) : { statistics: await readStatistics(path) };
  const { statistics } = read;
  if (size !== undefined)
    throw new CxrFileError('unsupported', 'statistics of images cannot be brought to a size', { file: path });
  if (statistics.dims === dims) return { path, ...read };
  throw new CxrFileError('mismatch', `statistics have ${statistics.dims} dims, not ${dims}`, { file: path });
}

/** The error for a folder that is too small for a covariance. */
export function tooFewImages(path: string, count: number): CxrFileError {
  return new CxrFileError('empty', `a FID needs at least two images a set: ${count} here`, { file: path });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CxrFileError('not-found', 'there is no such file or folder', { file: path, cause });
    throw new CxrFileError('unreadable', (cause as Error).message, { file: path, cause });
  }
}
