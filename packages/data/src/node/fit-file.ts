import { type FitOptions, fitImage, type IntegerImage, pixels, withFile } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { readImage } from './read-image.js';

/** What an augmentation module is told of the image: enough for the same choice wherever and whenever it is run. */
export interface AugmentContext {
  file: string;
  /** Counted from 0. */
  epoch: number;
  /** Of the file in the list, whatever the order it comes in. */
  index: number;
  /** As passed in. */
  parameter: unknown;
}

/** The default export of an augmentation module. A result of another size is resized. */
export type Augment = (
  image: NdArray<Uint8Array>,
  context: AugmentContext,
) => IntegerImage | Promise<IntegerImage>;

export interface FitFileJob {
  file: string;
  epoch: number;
  index: number;
  fit: FitOptions;
  maxPixels: number | undefined;
  /** Address of the augmentation module. */
  augment: string | undefined;
  parameter: unknown;
}

const loaded = new Map<string, Promise<{ default: Augment }>>();

/**
 * Decodes a file, resizes it and augments it: Uint8 `[size, size, channels]`. A module of a `WorkerPool`.
 * @public
 */
export default async function fitFile(job: FitFileJob): Promise<Uint8Array> {
  const { file, epoch, index, fit, maxPixels, augment, parameter } = job;
  const fitted = fitImage(await readImage(file, maxPixels === undefined ? {} : { maxPixels }), fit);
  if (augment === undefined) return pixels(fitted);
  if (!loaded.has(augment))
    loaded.set(augment, import(/* @vite-ignore */ augment) as Promise<{ default: Augment }>);
  const { default: apply } = await loaded.get(augment)!;
  try {
    return pixels(fitImage(await apply(fitted, { file, epoch, index, parameter }), fit));
  } catch (error) {
    throw withFile(error, file);
  }
}
