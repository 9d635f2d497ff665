import { type ReadImageOptions, readImage } from '@cxr/data/node';
import { type Preparation, prepareFor } from '../prepare-image.js';
import { applyChanges, type ImageChange } from './image-change.js';

/** A file to prepare. */
export interface PrepareFileJob {
  file: string;
  preparation: Preparation;
  /** As in `readImage`. */
  bits: number | undefined;
  window: ReadImageOptions['window'];
  /** Applied before the resize, in order. */
  changes?: readonly ImageChange[] | undefined;
  /** Of the file in its set. */
  index: number;
}

/** A prepared file. */
export interface PreparedFile {
  /** As `PreparedImage` has them. */
  pixels: Uint8Array | Float32Array;
  /** Bits that a 16-bit image uses, if its format does not say how many: see `onUsedBits` of `decodeImage`. */
  usedBits?: number | undefined;
}

/**
 * Decodes a file, changes it where asked to, and resizes it for the engines. A module of a `WorkerPool`.
 * @public
 */
export default async function prepareFile(job: PrepareFileJob): Promise<PreparedFile> {
  const { file, preparation, bits, window, changes, index } = job;
  let usedBits: number | undefined;
  const image = await readImage(file, {
    bits,
    window,
    onUsedBits: (used) => {
      usedBits = used;
    },
  });
  const changed = changes ? await applyChanges(image, changes, index) : image;
  return { pixels: prepareFor(changed, preparation), usedBits };
}
