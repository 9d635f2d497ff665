import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { CxrFileError } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import type { PreparedImage } from '../image-set.js';
import { prepareImage, type ResizeMode } from '../prepare-image.js';
import type { PrepareJob, PrepareReply } from './prepare-worker.js';

export interface ImageReaderOptions {
  resize: ResizeMode;
  /** Threads that decode and resize. 0: in this thread. Default: as pytorch-fid, the machine's, at most 8. */
  workers?: number;
  /** Images that are ready or in work ahead of the reader: it bounds the memory. Default 100. */
  ahead?: number;
}

export interface ReadFilesOptions {
  /** Called for a file that cannot be read, which is then left out; without it such a file is an error. */
  onBad?: (error: CxrFileError) => void;
  signal?: AbortSignal;
}

type Pixels = Uint8Array | Float32Array;

/**
 * Decodes and resizes image files in worker threads, ahead of the engine, so that it need not wait.
 */
export class ImageReader {
  readonly #resize: ResizeMode;
  readonly #ahead: number;
  readonly #workers: Worker[];
  readonly #jobs = new Map<number, { resolve: (pixels: Pixels) => void; reject: (error: unknown) => void }>();
  #next = 0;

  constructor(options: ImageReaderOptions) {
    const { resize, workers = Math.min(8, availableParallelism()), ahead = 100 } = options;
    if (!(Number.isSafeInteger(workers) && workers >= 0)) throw new RangeError(`invalid workers: ${workers}`);
    if (!(Number.isSafeInteger(ahead) && ahead > 0)) throw new RangeError(`invalid ahead: ${ahead}`);
    this.#resize = resize;
    this.#ahead = ahead;
    const script = workerScript();
    this.#workers = script === undefined ? [] : Array.from({ length: workers }, () => this.#start(script));
  }

  /**
   * The images of `files` in order, resized. Work on the first of them begins at once, not at the first iteration.
   *
   * @throws CxrFileError naming the first file that cannot be read, unless there is `onBad`.
   */
  read(files: readonly string[], options: ReadFilesOptions = {}): AsyncGenerator<PreparedImage> {
    const pending = files.slice(0, this.#ahead).map((file) => this.#submit(file));
    return this.#inOrder(files, pending, options);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async *#inOrder(
    files: readonly string[],
    pending: Promise<Pixels>[],
    options: ReadFilesOptions,
  ): AsyncGenerator<PreparedImage> {
    const { onBad, signal } = options;
    for (const [index, name] of files.entries()) {
      signal?.throwIfAborted();
      const job = pending.shift()!;
      const following = files[index + this.#ahead];
      if (following !== undefined) pending.push(this.#submit(following));
      let pixels: Pixels;
      try {
        pixels = await job;
      } catch (error) {
        if (!(error instanceof CxrFileError) || !onBad) throw error;
        onBad(error);
        continue;
      }
      yield { name, pixels };
    }
  }

  #submit(file: string): Promise<Pixels> {
    const promise = this.#workers.length === 0 ? this.#here(file) : this.#elsewhere(file);
    // It may fail long before its turn comes; unobserved until then, it must not count as unhandled.
    promise.catch(() => {});
    return promise;
  }

  async #here(file: string): Promise<Pixels> {
    return prepareImage(await readImage(file), this.#resize);
  }

  #elsewhere(file: string): Promise<Pixels> {
    const id = this.#next++;
    const worker = this.#workers[id % this.#workers.length]!;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { resolve, reject });
      worker.postMessage({ id, file, resize: this.#resize } satisfies PrepareJob);
    });
  }

  #start(script: URL): Worker {
    const worker = new Worker(script);
    worker.on('message', (reply: PrepareReply) => {
      const job = this.#jobs.get(reply.id);
      this.#jobs.delete(reply.id);
      if ('pixels' in reply) job?.resolve(reply.pixels);
      else job?.reject(new CxrFileError(reply.error.code, reply.error.reason, { file: reply.error.file }));
    });
    worker.on('error', (error) => {
      for (const job of this.#jobs.values()) job.reject(error);
      this.#jobs.clear();
    });
    return worker;
  }
}

/** The worker's script; run from the TypeScript sources, as the tests are, it is the built one beside them. */
function workerScript(): URL | undefined {
  const own = import.meta.url;
  const url = own.endsWith('.ts')
    ? new URL(own.replace(/\/src\/node\/[^/]*$/, '/dist/node/prepare-worker.js'))
    : new URL('./prepare-worker.js', own);
  return existsSync(fileURLToPath(url)) ? url : undefined;
}
