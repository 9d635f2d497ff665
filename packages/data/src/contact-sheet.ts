import {
  checkList,
  checkOptions,
  checkWholeNumber,
  dimensions,
  type Image,
  image,
  resizePillow,
  toGrey8,
  toRgb8,
} from '@cxr/image';

/** Layout of `contactSheet`. */
export interface ContactSheetOptions {
  /** Images a row. @default about as many as there are rows */
  columns?: number | undefined;
  /** Width and height of the square that each image is fitted into, in pixels. @default the longest side, 256 at most */
  cell?: number | undefined;
  /** Pixels between images. @default 2 */
  gap?: number | undefined;
  /** Value of what no image covers, 0 to 255. @default 0 */
  background?: number | undefined;
}

/**
 * Many images of any sizes as one to look at, row after row, 8 bits, grey if all of them are. Proportions are kept.
 * @throws RangeError for no images, or unknown or invalid options; TypeError for what is no array of images.
 */
export function contactSheet(images: readonly Image[], options: ContactSheetOptions = {}): Image<Uint8Array> {
  checkOptions<ContactSheetOptions>('contactSheet', options, {
    columns: true,
    cell: true,
    gap: true,
    background: true,
  });
  checkList('images', images);
  if (images.length === 0) throw new RangeError('invalid images: none');
  const {
    columns = Math.ceil(Math.sqrt(images.length)),
    cell = defaultCell(images),
    gap = 2,
    background = 0,
  } = options;
  checkWholeNumber('columns', columns);
  checkWholeNumber('cell', cell);
  checkWholeNumber('gap', gap, 0);
  if (!(background >= 0 && background <= 255)) throw new RangeError(`invalid background: ${background}`);
  const channels = images.every(({ shape }) => shape[2] === 1) ? 1 : 3;
  const rows = Math.ceil(images.length / columns);
  const width = columns * cell + (columns - 1) * gap;
  const height = rows * cell + (rows - 1) * gap;
  const sheet = new Uint8Array(height * width * channels).fill(background);
  for (const [i, source] of images.entries()) {
    const fitted = intoCell(source, cell, channels);
    const [h, w] = dimensions(fitted);
    const top = Math.floor(i / columns) * (cell + gap) + ((cell - h) >> 1);
    const left = (i % columns) * (cell + gap) + ((cell - w) >> 1);
    for (let y = 0; y < h; y++) {
      const row = fitted.data.subarray(y * w * channels, (y + 1) * w * channels);
      sheet.set(row, ((top + y) * width + left) * channels);
    }
  }
  return image(sheet, height, width, channels);
}

function intoCell(source: Image, cell: number, channels: number): Image<Uint8Array> {
  const [height, width] = dimensions(source);
  const scale = cell / Math.max(height, width);
  const plain = channels === 1 ? toGrey8(source) : toRgb8(source);
  const to = (length: number): number => Math.max(1, Math.round(length * scale));
  return resizePillow(plain, to(width), to(height));
}

function defaultCell(images: readonly Image[]): number {
  return Math.min(256, Math.max(...images.map((one) => Math.max(...dimensions(one).slice(0, 2)))));
}
