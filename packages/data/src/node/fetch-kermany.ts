import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CxrFileError, checkOptions, checkText } from '@cxr/image';
import { type DownloadProgress, download, sha256OfFile } from './download.js';
import { type UnpackZipOptions, unpackZip } from './unpack-zip.js';
import { ZipFile } from './zip-file.js';

/** The chest X-rays of D. Kermany et al., Cell 172(5), 2018: Mendeley Data rscbjbr9sj, version 2, CC BY 4.0. */
export const KERMANY = {
  url: 'https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files/f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded',
  archive: 'ChestXRay2017.zip',
  /** train and test together. */
  images: 5856,
  credit: 'D. Kermany, K. Zhang, M. Goldbaum: Mendeley Data rscbjbr9sj, version 2, CC BY 4.0',
} as const;

/** Where `fetchKermany` downloads from, and its callbacks. */
export interface FetchKermanyOptions extends UnpackZipOptions {
  /** Another place of the same archive. */
  url?: string | undefined;
  /** The archive's sha256, or its first digits. Without it the checksums inside the archive alone are compared. */
  sha256?: string | undefined;
  /** Called with the bytes received so far. @default none */
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
}

/** What `fetchKermany` left on disk. */
export interface FetchedDataset {
  archive: string;
  sha256: string;
  files: string[];
}

/**
 * Downloads the Kermany set and unpacks it into `folder`. What is done already, wholly or in part, is not done again; the
 * archive stays.
 * @throws CxrFileError of the download or the archive, which says what to delete where the archive is damaged; the signal's
 * reason when aborted.
 */
export async function fetchKermany(
  folder: string,
  options: FetchKermanyOptions = {},
): Promise<FetchedDataset> {
  checkText('folder', folder);
  checkOptions<FetchKermanyOptions>('fetchKermany', options, {
    url: true,
    sha256: true,
    onDownload: true,
    maxBytes: true,
    maxFileBytes: true,
    signal: true,
    onProgress: true,
  });
  const { url = KERMANY.url, sha256, onDownload: onProgress, ...unpacking } = options;
  const { signal } = unpacking;
  const archive = join(folder, KERMANY.archive);
  const there = await stat(archive).catch(() => undefined);
  if (!there) await download(url, archive, { sha256, signal, onProgress, check: checkArchive });
  try {
    const digest = await sha256OfFile(archive);
    if (!digest.startsWith(sha256?.toLowerCase() ?? '')) {
      throw new CxrFileError('mismatch', `the archive has sha256 ${digest}, not ${sha256}`, {
        file: archive,
      });
    }
    const files = await unpackZip(archive, folder, unpacking);
    return { archive, sha256: digest, files };
  } catch (error) {
    throw adviseDelete(error, archive);
  }
}

async function checkArchive(file: string): Promise<void> {
  const zip = await ZipFile.open(file);
  try {
    await zip.check();
    if (!zip.entries.some(({ name }) => /\.jpe?g$/i.test(name))) {
      throw new CxrFileError('mismatch', 'a zip without any JPEG', { file });
    }
  } finally {
    await zip.close();
  }
}

/** A damaged archive would be found damaged for ever. */
function adviseDelete(error: unknown, archive: string): unknown {
  if (!(error instanceof CxrFileError) || error.file !== archive) return error;
  const reason = `${error.reason}; delete ${archive} to download it again`;
  return new CxrFileError(error.code, reason, { file: archive, cause: error });
}
