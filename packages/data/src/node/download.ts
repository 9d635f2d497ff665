import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CxrFileError } from '@cxr/image';
import { makeFolder } from './make-folder.js';

export interface DownloadProgress {
  /** Bytes there so far, those of an earlier attempt included. */
  received: number;
  /** Bytes in all, where the server says. */
  total: number | undefined;
}

export interface DownloadOptions {
  /** The first hexadecimal digits, or all, of the file's sha256. Without it nothing is compared. */
  sha256?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Milliseconds without any byte after which it gives up; what is there is kept. Default 30,000. */
  stallTimeout?: number;
}

/**
 * Downloads `url` to `file`. It goes through `file.part`, which a later call resumes, and appears under its own name
 * only when it is whole and its sha256 is right.
 * @returns the sha256 in hexadecimal digits.
 * @throws CxrFileError 'unreadable' when the server cannot be reached or breaks off, 'mismatch' for a wrong sha256 (the
 * part is then deleted); the signal's reason when aborted.
 */
export async function download(url: string, file: string, options: DownloadOptions = {}): Promise<string> {
  const { sha256 = '' } = options;
  const part = `${file}.part`;
  await makeFolder(dirname(file));
  await receive(url, part, options);
  const digest = await sha256OfFile(part);
  if (!digest.startsWith(sha256.toLowerCase())) {
    await rm(part, { force: true });
    throw new CxrFileError('mismatch', `download has sha256 ${digest}, not ${sha256}`, { file: url });
  }
  await rename(part, file);
  return digest;
}

/** The sha256 of a file in hexadecimal digits. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function receive(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { signal, onProgress, stallTimeout = 30_000 } = options;
  const stall = new AbortController();
  const startTimer = (): NodeJS.Timeout =>
    setTimeout(() => stall.abort(new Error(`no data for ${stallTimeout / 1000} s`)), stallTimeout);
  let timer = startTimer();
  try {
    const start = await sizeOf(part);
    const response = await fetch(url, {
      headers: start > 0 ? { range: `bytes=${start}-` } : {},
      signal: signal ? AbortSignal.any([signal, stall.signal]) : stall.signal,
    });
    // 416: there is nothing after `start`, so the part is whole already; its sha256 will tell.
    if (response.status === 416 && start > 0) return;
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    // A server that ignores the range sends it all, from the beginning.
    const resumed = response.status === 206 ? start : 0;
    const length = response.headers.get('content-length');
    const total = length === null ? undefined : resumed + Number(length);
    const handle = await open(part, resumed > 0 ? 'a' : 'w');
    try {
      let received = resumed;
      for await (const bytes of response.body) {
        clearTimeout(timer);
        timer = startTimer();
        await handle.write(bytes);
        received += bytes.length;
        onProgress?.({ received, total });
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    const { message, cause: inner } = cause as Error & { cause?: Error };
    throw new CxrFileError('unreadable', `cannot download: ${inner?.message || message}`, {
      file: url,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
