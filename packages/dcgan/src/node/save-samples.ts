import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import {
  checkOptions,
  type Image,
  type ImageSet,
  image,
  imagesOf,
  type KnownOptions,
  pixels,
  toBytes,
} from '@cxr/image';
import { checkFolder } from './check-folder.js';

/** Options of `saveSamples`. */
export interface SaveSamplesOptions {
  /** Start of the files' names: sample-00000.png, … @default 'sample' */
  prefix?: string | undefined;
  /**
   * Stretches each image's own darkest and brightest value to 0 and 255, as the paper's authors' writer did. It changes
   * the score. @default false
   */
  stretch?: boolean | undefined;
}

const OPTIONS: KnownOptions<SaveSamplesOptions> = { prefix: true, stretch: true };

/**
 * Writes images, as they come, as 8-bit PNG files. @returns how many.
 * @throws CxrFileError naming the file that cannot be written; RangeError for an unknown option or a prefix that is no part of a
 * file's name; TypeError if it is no set of images, or `folder` no path.
 */
export async function saveSamples(
  images: ImageSet,
  folder: string,
  options: SaveSamplesOptions = {},
): Promise<number> {
  checkFolder('saveSamples', folder);
  checkOptions('saveSamples', options, OPTIONS);
  const { prefix = 'sample', stretch = false } = options;
  if (typeof prefix !== 'string' || /[\\/\0]/.test(prefix)) throw new RangeError(`invalid prefix: ${prefix}`);
  let count = 0;
  for await (const { image: one } of imagesOf(images)) {
    const file = join(folder, `${prefix}-${String(count).padStart(5, '0')}.png`);
    await writeFileAtomic(file, encodePng(asBytes(one, stretch)));
    count++;
  }
  return count;
}

/** As 8-bit samples; with `stretch` the image's own range becomes 0 … 255, but a flat image stays as it is. */
function asBytes(source: Image, stretch: boolean): Image {
  const [height, width, channels] = source.shape as [number, number, number];
  const bytes = toBytes(pixels(source));
  return image(stretch ? stretchContrast(bytes) : bytes, height, width, channels);
}

function stretchContrast(bytes: Uint8Array): Uint8Array {
  let low = 255;
  let high = 0;
  for (const value of bytes) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high <= low) return bytes;
  return bytes.map((value) => Math.round(((value - low) * 255) / (high - low)));
}
