import { type PoolResult, WorkerPool, type WorkerPoolOptions } from '@cxr/data/node';
import type { CxrFileError } from '@cxr/image';
import type { PreparedImage } from '../image-set.js';
import type { ResizeMode } from '../prepare-image.js';
import type { PrepareFileJob } from './prepare-file.js';

type Pixels = Uint8Array | Float32Array;

export type PreparePool = WorkerPool<PrepareFileJob, Pixels>;

export interface PrepareFilesOptions {
  resize: ResizeMode;
  /** Called for a file that cannot be read, which is then left out; without it such a file is an error. */
  onBad?: ((error: CxrFileError) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Threads that decode and resize image files ahead of the engine, so that it need not wait. */
export function createPreparePool(options: WorkerPoolOptions): PreparePool {
  const module = new URL(import.meta.url.replace(/prepare-files(\.[jt]s)/, 'prepare-file$1'));
  return new WorkerPool(module, options);
}

/**
 * The images of `files` in order, resized. Work on the first of them begins at once, not at the first iteration.
 *
 * @throws CxrFileError naming the first file that cannot be read, unless there is `onBad`.
 */
export function prepareFiles(
  pool: PreparePool,
  files: readonly string[],
  options: PrepareFilesOptions,
): AsyncGenerator<PreparedImage> {
  const { resize, signal } = options;
  const results = pool.map(
    files.map((file) => ({ file, resize })),
    signal ? { signal } : {},
  );
  const first = results.next();
  // It may fail long before its turn comes; unobserved until then, it must not count as unhandled.
  first.catch(() => {});
  return inTurn(first, results, options);
}

type Results = AsyncGenerator<PoolResult<PrepareFileJob, Pixels>, void, void>;

async function* inTurn(
  first: ReturnType<Results['next']>,
  results: Results,
  { onBad }: PrepareFilesOptions,
): AsyncGenerator<PreparedImage> {
  for (let next = await first; !next.done; next = await results.next()) {
    const result = next.value;
    if ('value' in result) yield { name: result.item.file, pixels: result.value };
    else if (onBad) onBad(result.error);
    else throw result.error;
  }
}
