import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CxrFileError, checkOptions, checkText } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { withLock } from './lock.js';
import { makeFolder } from './make-folder.js';
import { PartFile } from './part-file.js';
import { type DownloadProgress, receive } from './receive.js';

export type { DownloadProgress } from './receive.js';

/** Check, resume, abort and progress of `download`. */
export interface DownloadOptions {
  /** The first hexadecimal digits, or all, of the file's sha256. Without it nothing is compared. */
  sha256?: string | undefined;
  /** Looks at the finished download, still under another name, and throws a CxrFileError where it is not the file. */
  check?: ((part: string) => Promise<void>) | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
  /** Called with the bytes received so far. @default none */
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /**
   * Milliseconds without any byte after which it gives up; what is there is kept.
   * @default 30_000
   */
  stallTimeout?: number | undefined;
}

/**
 * Downloads `url` to `file`. The bytes are written to `file.part`, which is renamed to `file` only when it is complete, its
 * sha256 is right and `check` has passed. A later call continues the part if the server says that the file is still
 * the same (ETag or Last-Modified), or if `sha256` can check the result; if not, it starts again.
 * @returns the sha256 in hexadecimal digits.
 * @throws CxrFileError 'unreadable' when the server cannot be reached, breaks off or sends a web page in place of the file;
 * 'mismatch' for a wrong sha256, and what `check` throws (the part is then deleted); 'unwritable' naming the part, on a full
 * disk; 'locked' while another process downloads to the same file; the signal's reason when aborted; RangeError for an invalid URL
 * or option; TypeError unless `url` and `file` are strings.
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<string> {
  checkOptions<DownloadOptions>('download', options, {
    sha256: true,
    check: true,
    signal: true,
    onProgress: true,
    stallTimeout: true,
  });
  checkText('url', url);
  checkText('file', file);
  if (!URL.canParse(url)) throw new RangeError(`not a URL: ${url}`);
  await makeFolder(dirname(file));
  return withLock(`${file}.lock`, () => downloadAlone(url, file, options));
}

async function downloadAlone(url: string, file: string, options: DownloadOptions): Promise<string> {
  const part = new PartFile(`${file}.part`);
  const { resumed } = await receive(url, part, options);
  let digest: string;
  try {
    digest = await verify(url, part, options);
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    await part.discard();
    // Bytes of an earlier attempt may be of another file.
    if (resumed) return downloadAlone(url, file, options);
    throw error;
  }
  await rename(part.file, file).catch((cause: unknown) => {
    throw fileSystemError(cause, file, 'unwritable');
  });
  await part.discard();
  return digest;
}

/** @returns the sha256. */
async function verify(url: string, part: PartFile, options: DownloadOptions): Promise<string> {
  const { sha256 = '', check } = options;
  const digest = await sha256OfFile(part.file);
  if (!digest.startsWith(sha256.toLowerCase())) {
    throw new CxrFileError('mismatch', `download has sha256 ${digest}, not ${sha256}`, { file: url });
  }
  try {
    await check?.(part.file);
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    const reason = `what the server sent is not the file: ${error.reason}`;
    throw new CxrFileError(error.code, reason, { file: url, cause: error });
  }
  return digest;
}

/** The sha256 of a file in hexadecimal digits. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  } catch (cause) {
    throw fileSystemError(cause, file);
  }
  return hash.digest('hex');
}
