import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type DownloadProgress, download } from '@cxr/data/node';
import { CxrFileError, checkOptions, type KnownOptions } from '@cxr/image';

/** The official file; its name has the first eight digits of its sha256, as in torch hub. */
const NAME = 'pt_inception-2015-12-05-6726825d.pth';
const SHA256 = '6726825d';
const RELEASE_URL = `https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/${NAME}`;

/** Options of `findWeights`. */
export interface FindWeightsOptions {
  /** A file that the user named; nothing else is looked for. @default none */
  file?: string | undefined;
  /** Environment variables. @default process.env */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Whether to download weights that are found nowhere. @default true */
  download?: boolean | undefined;
  /** Where to download them from. @default the release asset of mseitzer/pytorch-fid */
  url?: string | undefined;
  /** First hexadecimal digits of the sha256 that the download must have. @default those of the official file */
  sha256?: string | undefined;
  /** Stops a download; its reason is then thrown. */
  signal?: AbortSignal | undefined;
  /** Called during a download. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

const OPTIONS: KnownOptions<FindWeightsOptions> = {
  file: true,
  env: true,
  download: true,
  url: true,
  sha256: true,
  signal: true,
  onProgress: true,
};

/**
 * The path of the Inception's weights: `file`, else `CXR_INCEPTION_WEIGHTS`, else our cache folder (`CXR_CACHE`, or
 * `cxr` in `XDG_CACHE_HOME` or `~/.cache`), else torch's hub cache, else a download into our cache folder.
 *
 * @throws CxrFileError `not-found`, naming all these places; `mismatch` if a download is not the official file, `locked` while
 * another process downloads it; RangeError for unknown options.
 */
export async function findWeights(options: FindWeightsOptions = {}): Promise<string> {
  checkOptions('findWeights', options, OPTIONS);
  const { env = process.env } = options;
  if (options.file !== undefined) return options.file;
  const named = env.CXR_INCEPTION_WEIGHTS;
  if (named) {
    if (await exists(named)) return named;
    throw new CxrFileError('not-found', 'CXR_INCEPTION_WEIGHTS names a file that does not exist', {
      file: named,
    });
  }
  const caches = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const own = join(env.CXR_CACHE || join(caches, 'cxr'), NAME);
  const torchHome = env.TORCH_HOME || join(caches, 'torch');
  const hub = join(torchHome, 'hub', 'checkpoints', NAME);
  for (const file of [own, hub]) if (await exists(file)) return file;
  const { url = RELEASE_URL, sha256 = SHA256, signal, onProgress } = options;
  let reason = 'downloading was switched off';
  if (options.download !== false) {
    try {
      await download(url, own, { sha256, signal, onProgress });
      return own;
    } catch (error) {
      if (!(error instanceof CxrFileError) || ['mismatch', 'locked'].includes(error.code)) throw error;
      reason = error.reason;
    }
  }
  throw new CxrFileError(
    'not-found',
    `no Inception weights: give --weights FILE or set CXR_INCEPTION_WEIGHTS, or put the file at ${own} or ${hub}; ` +
      `it can be downloaded from ${url} (${reason})`,
  );
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}
