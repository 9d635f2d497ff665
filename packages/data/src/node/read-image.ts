import { checkOptions, type Image } from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { DECODE_OPTIONS, type DecodeImageOptions, decodeImage } from '../codecs/decode-image.js';
import { readBytes } from './read-bytes.js';
import { maxImageBytes } from './read-whole-file.js';
import { sharpCodec } from './sharp-codec.js';

/** Options of `readImage`: those of `decodeImage`, but its `name`, which is the file's path. */
export type ReadImageOptions = Omit<DecodeImageOptions, 'name'>;

/**
 * Reads an image file, or one in a zip file (`kermany.zip!train/NORMAL/1.jpeg`), as `decodeImage` does, and with the optional package sharp if it is installed: the same pixels, faster.
 * @throws CxrFileError, naming the file: 'not-found', 'not-a-file' (folders, pipes, devices), 'unreadable', 'too-large' (more than
 * 8 bytes for each of `maxPixels`), and those of `decodeImage`.
 */
export async function readImage(file: string, options: ReadImageOptions = {}): Promise<Image> {
  checkOptions<ReadImageOptions>('readImage', options, DECODE_OPTIONS);
  if (options.maxPixels !== undefined) checkLimit('maxPixels', options.maxPixels);
  const codec = options.codec ?? (await sharpCodec());
  const bytes = await readBytes(file, maxImageBytes(options.maxPixels));
  return decodeImage(bytes, { ...options, codec, name: file });
}
