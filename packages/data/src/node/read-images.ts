import { CxrFileError, type NamedImage } from '@cxr/image';
import { type ReadImageOptions, readImage } from './read-image.js';

export interface ReadImagesOptions extends ReadImageOptions {
  /** Goes on after a file that cannot be read, telling `onBad`. Default false: it throws. */
  skipBad?: boolean;
  onBad?: (error: CxrFileError) => void;
  /** Files read at the same time. Default 4. */
  concurrency?: number;
  signal?: AbortSignal;
}

/**
 * Reads files in the given order, `concurrency` of them ahead: memory is bounded by that many images.
 * @throws CxrFileError of the first bad file, unless `skipBad`; the signal's reason when aborted.
 */
export async function* readImages(
  files: Iterable<string>,
  options: ReadImagesOptions = {},
): AsyncGenerator<NamedImage, void, void> {
  const { skipBad = false, onBad, concurrency = 4, signal } = options;
  if (!(Number.isSafeInteger(concurrency) && concurrency > 0)) {
    throw new RangeError(`invalid concurrency: ${concurrency}`);
  }
  const ahead: Promise<NamedImage | CxrFileError>[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    ahead.push(readOne(file, options));
    if (ahead.length < concurrency) continue;
    yield* settle(await ahead.shift()!);
  }
  for (const next of ahead) {
    const result = await next;
    signal?.throwIfAborted();
    yield* settle(result);
  }

  function* settle(result: NamedImage | CxrFileError): Generator<NamedImage, void, void> {
    if (!(result instanceof CxrFileError)) yield result;
    else if (skipBad) onBad?.(result);
    else throw result;
  }
}

/** Never rejects for a bad file: one that fails while others are awaited must wait for its turn. */
async function readOne(name: string, options: ReadImagesOptions): Promise<NamedImage | CxrFileError> {
  try {
    return { name, image: await readImage(name, options) };
  } catch (error) {
    if (error instanceof CxrFileError) return error;
    throw error;
  }
}
