import { readdir } from 'node:fs/promises';
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
import { stretchContrast } from '../sampling/stretch-contrast.js';
import { checkFolder } from './check-folder.js';

/** Options of `saveSamples`. */
export interface SaveSamplesOptions {
  /** Start of the files' names: sample-00000.png, … @default 'sample' */
  prefix?: string | undefined;
  /**
   * `stretchContrast` of each image, as the paper's authors' writer did. It changes the score. Fakes are better stretched by
   * `sample`, before they are rounded. @default false
   */
  stretch?: boolean | undefined;
}

const OPTIONS: KnownOptions<SaveSamplesOptions> = { prefix: true, stretch: true };

/**
 * Writes images, as they come, as 8-bit PNG files. Those of a larger set that the folder had before stay beside them. @returns how many.
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
    await writeFileAtomic(file, encodePng(stretch ? stretchContrast(one) : asBytes(one)));
    count++;
  }
  return count;
}

function asBytes(source: Image): Image {
  const [height, width, channels] = source.shape as [number, number, number];
  return image(toBytes(pixels(source)), height, width, channels);
}

/** A file of a folder that `saveSamples` would leave beside `count` images of its own: the first one of a larger set. */
export async function sampleBeyond(folder: string, count: number): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  return names.sort().find((name) => Number(/^sample-(\d{5,})\.png$/.exec(name)?.[1] ?? -1) >= count);
}
