import { checkUsage, UsageError } from '@cxr/cli';
import {
  type ArrayImages,
  listImages,
  openArrayImages,
  type ReadImageOptions,
  readImage,
  readImages,
} from '@cxr/data/node';
import { dimensions, type Image, type ImageSet, imagesOf } from '@cxr/image';
import { checkSide } from '../ms-ssim/ms-ssim.js';
import type { PathStatistics } from '../node/path-report.js';
import { isArrayFile } from '../node/path-source.js';

/** How image files are read, as by `readImages`; of arrays, the bits. */
export type Reading = Pick<ReadImageOptions, 'bits' | 'window'>;

/** How the images of a path are read. */
export interface PathImagesOptions extends Reading {
  recursive?: boolean | undefined;
}

/** The images of a folder or an array file. @throws UsageError for a statistics file: `flag` needs images. */
export async function imagesAt(
  path: string,
  flag: string,
  { recursive = false, bits, window }: PathImagesOptions,
): Promise<ImageSet> {
  const array = await arrayAt(path, bits);
  if (array) return array;
  checkPictures(path, flag);
  return readImages(await listImages(path, { recursive }), { bits, window });
}

/** How many images a folder or an array file holds; undefined for a statistics file. */
export async function countAt(
  path: string,
  { recursive = false }: PathImagesOptions,
): Promise<number | undefined> {
  if (await isArrayFile(path)) return (await openArrayImages(path)).count;
  return /\.npz$/i.test(path) ? undefined : (await listImages(path, { recursive })).length;
}

/** @throws UsageError for an .npz that is no array of images, so that it has no pictures. */
function checkPictures(path: string, flag: string): void {
  if (/\.npz$/i.test(path)) throw new UsageError(`${flag} needs images: ${path} is a statistics file`);
}

/** As `imagesAt`, before anything is read. */
export async function checkHasImages(path: string, flag: string): Promise<void> {
  if (!(await isArrayFile(path))) checkPictures(path, flag);
}

/** Width and height of the fakes, by their first image. @throws UsageError for fakes that are not square, naming what needs it. */
export async function sizeOfFakes(path: string, what: string, options: PathImagesOptions): Promise<number> {
  for await (const { name, image } of imagesOf(await imagesAt(path, what, options))) {
    const [height, width] = dimensions(image);
    if (what === 'ms_ssim') checkUsage(() => checkSide(height, width));
    if (height === width) return width;
    throw new UsageError(`${what} needs square fakes: ${name} is ${width} × ${height}`);
  }
  throw new UsageError(`${what} needs images: ${path} has none`);
}

async function arrayAt(path: string, bits: number | undefined): Promise<ArrayImages | undefined> {
  return (await isArrayFile(path)) ? openArrayImages(path, { bits }) : undefined;
}

/** All images of a path's activations. @throws UsageError for saved activations, which have no images. */
export async function imagesOfSet(
  { path, names }: Pick<PathStatistics, 'path' | 'names'>,
  reading: Reading,
  metric: string,
): Promise<ImageSet> {
  if (names.length === 0) throw new UsageError(`${metric} needs images: ${path} is a statistics file`);
  return (await arrayAt(path, reading.bits)) ?? readImages(names, reading);
}

/** The images of these rows of a path's activations, in their order. */
export async function readRows(
  { path, names }: Pick<PathStatistics, 'path' | 'names'>,
  rows: readonly number[],
  reading: Reading,
): Promise<Image[]> {
  const array = await arrayAt(path, reading.bits);
  if (!array) {
    const images = [];
    for (const row of rows) images.push(await readImage(names[row]!, reading));
    return images;
  }
  const found = new Map<number, Image>();
  let row = 0;
  const last = Math.max(...rows);
  for await (const { image } of array) {
    if (rows.includes(row)) found.set(row, image);
    if (row === last) break;
    row++;
  }
  return rows.map((one) => found.get(one)!);
}
