import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';
import type { Image } from '@cxr/image';
import { type DecodeImageOptions, decodeImage } from '../codecs/decode-image.js';
import { fileSystemError } from './file-system-error.js';
import { sharpCodec } from './sharp-codec.js';

export type ReadImageOptions = Omit<DecodeImageOptions, 'name'>;

/**
 * Reads an image file as `decodeImage` does, with sharp where that optional package loads: the same pixels, faster.
 * @throws CxrFileError, naming the file: 'not-found', 'unreadable', and those of `decodeImage`.
 */
export async function readImage(file: string, options: ReadImageOptions = {}): Promise<Image> {
  const codec = options.codec ?? (await sharpCodec());
  const bytes = await readBytes(file);
  return decodeImage(bytes, { ...options, ...(codec ? { codec } : {}), name: file });
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    // A thread of ours may wait, and is spared the errands through the event loop.
    return isMainThread ? await readFile(file) : readFileSync(file);
  } catch (cause) {
    throw fileSystemError(cause, file);
  }
}
