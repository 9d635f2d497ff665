import { type FitOptions, fitImage, type IntegerImage, pixels, withFile } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type ReadImageOptions, readImage } from './read-image.js';

/** What an augmentation module gets with the image: enough to make the same choice in any thread and run. */
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

/** One image of a stream: its file, and what to do with it. */
export interface FitFileJob {
  file: string;
  epoch: number;
  index: number;
  fit: FitOptions;
  maxPixels: number | undefined;
  bits: number | undefined;
  window: ReadImageOptions['window'];
  /** Address of the augmentation module. */
  augment: string | undefined;
  parameter: unknown;
}

/** A file at the training size. */
export interface FittedFile {
  /** `[size, size, channels]`, 0..255. */
  data: Uint8Array;
  /** Bits that a 16-bit image uses whose format does not say how many: see `onUsedBits` of `decodeImage`. */
  usedBits?: number | undefined;
}

const loaded = new Map<string, Promise<{ default: Augment }>>();

/**
 * Decodes a file, resizes it and augments it. A module of a `WorkerPool`.
 * @public
 */
export default async function fitFile(job: FitFileJob): Promise<FittedFile> {
  const { file, epoch, index, fit, maxPixels, bits, window, augment, parameter } = job;
  let usedBits: number | undefined;
  const onUsedBits = (used: number): void => {
    usedBits = used;
  };
  const image = await readImage(file, {
    bits,
    window,
    onUsedBits,
    maxPixels,
  });
  const fitted = fitImage(image, fit);
  if (augment === undefined) return { data: pixels(fitted), usedBits };
  if (!loaded.has(augment))
    loaded.set(augment, import(/* @vite-ignore */ augment) as Promise<{ default: Augment }>);
  const { default: apply } = await loaded.get(augment)!;
  try {
    const augmented = await apply(fitted, { file, epoch, index, parameter });
    return { data: pixels(fitImage(augmented, fit)), usedBits };
  } catch (error) {
    throw withFile(error, file);
  }
}
