import {
  checkWindow,
  type PoolResult,
  type ReadImageOptions,
  WorkerPool,
  type WorkerPoolOptions,
} from '@cxr/data/node';
import { BitsMonitor, type CxrFileError, checkBits } from '@cxr/image';
import type { PreparedImage } from '../image-set.js';
import type { Preparation } from '../prepare-image.js';
import type { ImageChange } from './image-change.js';
import type { PreparedFile, PrepareFileJob } from './prepare-file.js';

export type PreparePool = WorkerPool<PrepareFileJob, PreparedFile>;

export interface PrepareFilesOptions {
  preparation: Preparation;
  /** As in `readImage`. */
  bits?: number | undefined;
  /** As in `readImage`. */
  window?: ReadImageOptions['window'];
  /** Applied to each image before the resize, in order. @default none */
  changes?: readonly ImageChange[] | undefined;
  /** Called once, after the last file, if the 16-bit images use so few bits that `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
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
 * The images of `files` in order, resized. Work begins at once, not at the first iteration.
 *
 * @throws CxrFileError naming the first file that cannot be read, unless there is `onBad`; RangeError for wrong `bits` or `window`.
 */
export function prepareFiles(
  pool: PreparePool,
  files: readonly string[],
  options: PrepareFilesOptions,
): AsyncGenerator<PreparedImage> {
  const { preparation, bits, window, changes, signal } = options;
  if (bits !== undefined) checkBits(bits);
  checkWindow('window', window, 'LINEAR_EXACT');
  const results = pool.map(
    files.map((file, index) => ({ file, preparation, bits, window, changes, index })),
    { signal },
  );
  const first = results.next();
  // It can fail long before it is awaited; until then it must not count as an unhandled rejection.
  first.catch(() => {});
  return inTurn(first, results, options);
}

type Results = AsyncGenerator<PoolResult<PrepareFileJob, PreparedFile>, void, void>;

async function* inTurn(
  first: ReturnType<Results['next']>,
  results: Results,
  { onBad, bits, onWarning }: PrepareFilesOptions,
): AsyncGenerator<PreparedImage> {
  const bitsMonitor = new BitsMonitor(bits === undefined ? onWarning : undefined);
  for (let next = await first; !next.done; next = await results.next()) {
    const result = next.value;
    if ('value' in result) {
      const { pixels, usedBits } = result.value;
      if (usedBits !== undefined) bitsMonitor.add(usedBits);
      yield { name: result.item.file, pixels };
    } else if (onBad) onBad(result.error);
    else throw result.error;
  }
  bitsMonitor.finish();
}
