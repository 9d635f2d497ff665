import { createHash } from 'node:crypto';
import { dimensions, fitImage, pixels, toGrey8 } from '@cxr/image';
import { type DecodeImageOptions, decodeImage } from '../codecs/decode-image.js';
import { THUMB } from '../layouts/find-duplicates.js';
import { type PersonalData, personalDataIn } from '../privacy/find-personal-data.js';
import { lettersInCorners } from '../privacy/letters-in-corners.js';
import { readBytes } from './read-bytes.js';
import { maxImageBytes } from './read-whole-file.js';
import { sharpCodec } from './sharp-codec.js';

/** A file, and how it is shown. */
export interface SummariseJob {
  file: string;
  /** As in `decodeImage`, both. */
  bits: DecodeImageOptions['bits'];
  window: DecodeImageOptions['window'];
}

/** What is kept of an image when it has been looked at. */
export interface ImageSummary {
  width: number;
  height: number;
  channels: number;
  /** Bits a sample: 8 or 16. */
  depth: number;
  /** Of a 16-bit image whose format does not say how many bits are used: see `onUsedBits` of `decodeImage`. */
  usedBits?: number | undefined;
  /** sha256 of size and pixels. */
  digest: string;
  /** Grey, 0..255. */
  mean: number;
  /** Of the squares: for the standard deviation of a set. */
  meanSquare: number;
  /** Grey `[THUMB, THUMB]`. */
  thumb: Uint8Array;
  /** Whether text seems to be burnt into a corner. */
  letters: boolean;
  /** Of DICOM. */
  personal?: PersonalData | undefined;
}

/**
 * Decodes a file and sums it up. A module of a `WorkerPool`.
 * @public
 */
export default async function summariseFile({ file, bits, window }: SummariseJob): Promise<ImageSummary> {
  let usedBits: number | undefined;
  const onUsedBits = (used: number): void => {
    usedBits = used;
  };
  const bytes = await readBytes(file, maxImageBytes());
  const codec = await sharpCodec();
  const image = await decodeImage(bytes, { codec, name: file, bits, window, onUsedBits });
  const [height, width, channels] = dimensions(image);
  const data = pixels(image);
  const digest = createHash('sha256')
    .update(`${height} ${width} ${channels} ${data.BYTES_PER_ELEMENT}\n`)
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
  const grey = pixels(toGrey8(image));
  let sum = 0;
  let squares = 0;
  for (const value of grey) {
    sum += value;
    squares += value * value;
  }
  const thumb = pixels(fitImage(image, { size: THUMB, filter: 'box' }));
  const depth = 8 * data.BYTES_PER_ELEMENT;
  return {
    width,
    height,
    channels,
    depth,
    usedBits,
    digest,
    mean: sum / grey.length,
    meanSquare: squares / grey.length,
    thumb,
    letters: lettersInCorners(image).length > 0,
    personal: personalDataIn(bytes),
  };
}
