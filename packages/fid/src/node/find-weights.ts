import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type DownloadProgress, download } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';

/** The official file; its name carries the first eight digits of its sha256, as torch hub's names do. */
const NAME = 'pt_inception-2015-12-05-6726825d.pth';
const SHA256 = '6726825d';
const RELEASE_URL = `https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/${NAME}`;

export interface FindWeightsOptions {
  /** A file the user named; nothing else is then looked at. */
  file?: string;
  /** Where variables are looked up. Default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Whether to download what is found nowhere. Default true. */
  download?: boolean;
  /** Default: the release asset of mseitzer/pytorch-fid. */
  url?: string;
  /** First digits of the downloaded file's sha256. */
  sha256?: string;
  signal?: AbortSignal;
  onProgress?: (progress: DownloadProgress) => void;
}

/**
 * The path of the Inception's weights: `file`, else `CXR_INCEPTION_WEIGHTS`, else our cache folder (`CXR_CACHE`, or
 * `cxr` in `XDG_CACHE_HOME` or `~/.cache`), else torch's hub cache, else a download into our cache folder.
 *
 * @throws CxrFileError `not-found`, saying all of this; `mismatch` when a download is not the file it should be,
 * `locked` while another process downloads it.
 */
export async function findWeights(options: FindWeightsOptions = {}): Promise<string> {
  const { env = process.env } = options;
  if (options.file !== undefined) return options.file;
  const named = env.CXR_INCEPTION_WEIGHTS;
  if (named) {
    if (await exists(named)) return named;
    throw new CxrFileError('not-found', 'CXR_INCEPTION_WEIGHTS names a file that is not there', {
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
    `no Inception weights: give --weights FILE or set CXR_INCEPTION_WEIGHTS, or put ${NAME} into ${own} or ${hub}; ` +
      `it can be had from ${url} (${reason})`,
  );
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}
