import { parentPort } from 'node:worker_threads';
import { CxrFileError, type CxrFileErrorCode } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import { prepareImage, type ResizeMode } from '../prepare-image.js';

/** Reads and resizes one file. */
export interface PrepareJob {
  id: number;
  file: string;
  resize: ResizeMode;
}

/** What became of a job. Errors lose their class on the way between threads, so a file's error goes in parts. */
export type PrepareReply =
  | { id: number; pixels: Uint8Array | Float32Array }
  | { id: number; error: { code: CxrFileErrorCode; reason: string; file: string | undefined } };

async function work({ id, file, resize }: PrepareJob): Promise<void> {
  try {
    const pixels = prepareImage(await readImage(file), resize);
    parentPort?.postMessage({ id, pixels } satisfies PrepareReply, [pixels.buffer as ArrayBuffer]);
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    const { code, reason } = error;
    parentPort?.postMessage({ id, error: { code, reason, file: error.file } } satisfies PrepareReply);
  }
}

parentPort?.on('message', (job: PrepareJob) => {
  void work(job);
});
