import {
  BitsMonitor,
  CxrFileError,
  checkBits,
  checkOptions,
  checkWholeNumber,
  type KnownOptions,
  type NamedImage,
} from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { DECODE_OPTIONS } from '../codecs/decode-image.js';
import { checkFiles } from './check-files.js';
import { type ReadImageOptions, readImage } from './read-image.js';
import { checkShard, inShard, type Shard } from './shard.js';

/** How `readImages` decodes, and what it does with files that cannot be read. */
export interface ReadImagesOptions extends ReadImageOptions {
  /** Goes on after a file that cannot be read, calling `onBad`. @default false: it throws */
  skipBad?: boolean | undefined;
  /** Called with each bad file's error where `skipBad` is set. @default none */
  onBad?: ((error: CxrFileError) => void) | undefined;
  /** Files read at the same time. @default 4 */
  concurrency?: number | undefined;
  /** `[index, count]`: only every `count`-th file from `index` on. @default [0, 1], all */
  shard?: Shard | undefined;
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
  /** Called once, after the last file, where the 16-bit images use so few bits that `bits` is missing. */
  onWarning?: ((message: string) => void) | undefined;
}

/** The options of `readImages`, for functions that take them too. */
export const READ_IMAGES_OPTIONS: KnownOptions<ReadImagesOptions> = {
  ...DECODE_OPTIONS,
  skipBad: true,
  onBad: true,
  concurrency: true,
  shard: true,
  signal: true,
  onWarning: true,
};

/**
 * Reads files in the given order, `concurrency` of them ahead: memory is bounded by that many images.
 * @throws RangeError for unknown or invalid options, TypeError unless `files` is a list: both at once. While reading: CxrFileError of the
 * first bad file, unless `skipBad`; the signal's reason when aborted.
 */
export function readImages(
  files: Iterable<string>,
  options: ReadImagesOptions = {},
): AsyncGenerator<NamedImage, void, void> {
  checkFiles('readImages', files, true);
  checkOptions('readImages', options, READ_IMAGES_OPTIONS);
  const { concurrency = 4, maxPixels, bits, shard } = options;
  if (shard !== undefined) checkShard(shard);
  checkWholeNumber('concurrency', concurrency);
  if (maxPixels !== undefined) checkLimit('maxPixels', maxPixels);
  if (bits !== undefined) checkBits(bits);
  return readAhead(inShard(files, shard), concurrency, options);
}

async function* readAhead(
  files: Iterable<string>,
  concurrency: number,
  options: ReadImagesOptions,
): AsyncGenerator<NamedImage, void, void> {
  const { skipBad = false, onBad, signal, onWarning } = options;
  const bitsMonitor = new BitsMonitor(onWarning);
  const counting: ReadImageOptions = {
    ...decodeOptionsOf(options),
    onUsedBits: (used) => {
      bitsMonitor.add(used);
      options.onUsedBits?.(used);
    },
  };
  const ahead: Promise<NamedImage | CxrFileError>[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    ahead.push(readOne(file, counting));
    if (ahead.length < concurrency) continue;
    yield* settle(await ahead.shift()!);
  }
  for (const next of ahead) {
    const result = await next;
    signal?.throwIfAborted();
    yield* settle(result);
  }
  bitsMonitor.finish();

  function* settle(result: NamedImage | CxrFileError): Generator<NamedImage, void, void> {
    if (!(result instanceof CxrFileError)) yield result;
    else if (skipBad) onBad?.(result);
    else throw result;
  }
}

/** Those of `readImage` alone. */
function decodeOptionsOf(options: ReadImagesOptions): ReadImageOptions {
  const known = Object.entries(options).filter(([name]) => name in DECODE_OPTIONS);
  return Object.fromEntries(known) as ReadImageOptions;
}

/** Never rejects for a bad file: one that fails while others are awaited must wait for its turn. */
async function readOne(name: string, options: ReadImageOptions): Promise<NamedImage | CxrFileError> {
  try {
    return { name, image: await readImage(name, options) };
  } catch (error) {
    if (error instanceof CxrFileError) return error;
    throw error;
  }
}
