import { readImage } from '@cxr/data/node';
import { prepareImage, type ResizeMode } from '../prepare-image.js';

/** A file to prepare. */
export interface PrepareFileJob {
  file: string;
  resize: ResizeMode;
  /** As in `readImage`. */
  bits: number | undefined;
}

/** A prepared file. */
export interface PreparedFile {
  /** `[299, 299, 3]`, 0 to 255. */
  pixels: Uint8Array | Float32Array;
  /** Bits that a 16-bit image uses, if its format does not say how many: see `onUsedBits` of `decodeImage`. */
  usedBits?: number | undefined;
}

/**
 * Decodes a file and resizes it for the engines. A module of a `WorkerPool`.
 * @public
 */
export default async function prepareFile({ file, resize, bits }: PrepareFileJob): Promise<PreparedFile> {
  let usedBits: number | undefined;
  const image = await readImage(file, {
    bits,
    onUsedBits: (used) => {
      usedBits = used;
    },
  });
  return { pixels: prepareImage(image, resize), usedBits };
}
