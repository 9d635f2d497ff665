import { type Image, image } from '@cxr/image';

export interface GridOptions {
  /** Images in a row. Default: as square as possible. */
  columns?: number;
  /** Pixels between images. Default 2. */
  gap?: number;
  /** Value of the gaps, 0 to 255. Default 255. */
  background?: number;
}

/**
 * Lays uint8 images of one size out on one image, row by row.
 * @throws RangeError for no images, columns or gap out of range; TypeError for images that differ in shape or depth.
 */
export function grid(images: readonly Image[], options: GridOptions = {}): Image {
  const first = images[0];
  if (!first) throw new RangeError('no images for the grid');
  const { columns = Math.ceil(Math.sqrt(images.length)), gap = 2, background = 255 } = options;
  if (!(Number.isInteger(columns) && columns > 0)) throw new RangeError(`invalid columns: ${columns}`);
  if (!(Number.isInteger(gap) && gap >= 0)) throw new RangeError(`invalid gap: ${gap}`);
  const [height, width, channels] = first.shape as [number, number, number];
  const rows = Math.ceil(images.length / columns);
  const outHeight = rows * (height + gap) - gap;
  const outWidth = columns * (width + gap) - gap;
  const out = image(
    new Uint8Array(outHeight * outWidth * channels).fill(background),
    outHeight,
    outWidth,
    channels,
  );
  for (const [i, tile] of images.entries()) {
    if (String(tile.shape) !== String(first.shape) || !(tile.data instanceof Uint8Array)) {
      throw new TypeError(
        `image ${i} of the grid is not uint8 [${first.shape}]: ${tile.dtype} [${tile.shape}]`,
      );
    }
    const top = Math.floor(i / columns) * (height + gap);
    const left = (i % columns) * (width + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) out.set(top + y, left + x, c, tile.get(y, x, c));
      }
    }
  }
  return out;
}
