import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { type Image, image } from '@cxr/image';

export interface SaveSamplesOptions {
  /** Start of the files' names. Default `sample`: sample-00000.png, … */
  prefix?: string;
  /**
   * Stretches each image's own darkest and brightest value to 0 and 255, as the paper's authors' writer did. It changes
   * the score. Default false.
   */
  stretch?: boolean;
}

/** Writes images, as they come, as 8-bit PNG files. @returns how many. @throws CxrFileError naming the file. */
export async function saveSamples(
  images: Iterable<Image> | AsyncIterable<Image>,
  folder: string,
  options: SaveSamplesOptions = {},
): Promise<number> {
  const { prefix = 'sample', stretch = false } = options;
  let count = 0;
  for await (const one of images) {
    const file = join(folder, `${prefix}-${String(count).padStart(5, '0')}.png`);
    await writeFileAtomic(file, encodePng(stretch ? stretchContrast(one) : one));
    count++;
  }
  return count;
}

/** Maps an image's own range to 0 … 255; a flat image stays as it is. */
function stretchContrast(source: Image): Image {
  const [height, width, channels] = source.shape as [number, number, number];
  let low = 255;
  let high = 0;
  for (const value of source.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high <= low) return source;
  const stretched = Uint8Array.from(source.data, (value) => Math.round(((value - low) * 255) / (high - low)));
  return image(stretched, height, width, channels);
}
