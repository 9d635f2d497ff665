import { type LoadDatasetOptions, loadDataset } from '@cxr/data/node';
import { type Image, image } from '@cxr/image';
import type { StudyItem } from './study-item.js';

/** Grey images of one size in memory, by file. */
export interface PixelStore {
  readonly size: number;
  /** The grey values of a file's image, `[size, size]`, 0..255. @throws RangeError for a file that was not read. */
  of(file: string): Uint8Array;
}

/** Reads the images of `items` at `size` × `size` pixels: one byte a pixel, 64 MB for 4000 images of 128 pixels. */
export async function readPixels(
  items: readonly StudyItem[],
  size: number,
  options: Pick<LoadDatasetOptions, 'signal' | 'onProgress'> = {},
): Promise<PixelStore> {
  const files = [...new Set(items.map(({ file }) => file))];
  const { images } = await loadDataset(files, { ...options, size });
  const data = images.data as Uint8Array;
  const places = new Map(files.map((file, i) => [file, i]));
  return {
    size,
    of(file) {
      const at = places.get(file);
      if (at === undefined) throw new RangeError(`not read at ${size} pixels: ${file}`);
      return data.subarray(at * size * size, (at + 1) * size * size);
    },
  };
}

/** Grey values `[size, size]`, 0..255, as an image. */
export function greyImage(values: Uint8Array, size: number): Image {
  return image(values, size, size, 1);
}
