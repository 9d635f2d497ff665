import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '@cxr/cli';

/** What is drawn from a checkpoint. */
export interface SampleRequest {
  /** Folder of the checkpoint. */
  checkpoint: string;
  /** Where the images go. */
  out: string;
  count: number;
  seed: number;
  threads?: number | undefined;
  signal: AbortSignal;
}

/**
 * The program `cxr-dcgan`, of the package as the working folder or else this package sees it. It is run, not imported: this package knows no generator,
 * and the memory of the sampling is free again when the scoring begins.
 * @throws UsageError where it is not installed.
 */
export function findSampler(): string {
  for (const from of [pathToFileURL(join(process.cwd(), 'from.js')).href, import.meta.url]) {
    try {
      const entry = createRequire(from).resolve('@cxr/dcgan');
      return join(dirname(dirname(entry)), 'bin', 'cxr-dcgan.js');
    } catch {
      // Not there; the next place.
    }
  }
  throw new UsageError('watch draws its samples with @cxr/dcgan, which is not installed');
}

/**
 * Draws images from a checkpoint. An abort ends the sampler; the promise is settled when it has ended, and writes nothing any more.
 * @returns what the sampler says is wrong; undefined if nothing is, or if it was aborted.
 */
export function sampleCheckpoint(program: string, request: SampleRequest): Promise<string | undefined> {
  const { checkpoint, out, count, seed, threads, signal } = request;
  const flags = { checkpoint, out, count, seed, ...(threads !== undefined && { threads }) };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(process.execPath, [program, 'sample', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text = (text + chunk).slice(-4096);
  });
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
      // One that was started and is stopped by the signal may still write, up to 'close'.
      if (child.pid === undefined) reject(error);
    });
    child.on('close', (status) => {
      if (signal.aborted) return resolve(undefined);
      if (failure) return reject(failure);
      const said = text
        .trim()
        .split(/[\n\r]/)
        .at(-1);
      resolve(status === 0 ? undefined : said || `cxr-dcgan sample ended with status ${status}`);
    });
  });
}
