import {
  CxrFileError,
  checkBits,
  checkOptions,
  checkPixels,
  DEFAULT_MAX_PIXELS,
  type IntegerImage,
  scaleBits,
  usedBits,
  withFile,
} from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { bmpCodec } from './bmp-codec.js';
import { checkBytes } from './check-bytes.js';
import type { Codec } from './codec.js';
import { dicomCodec } from './dicom/decode-dicom.js';
import { type ImageFormat, imageHeader } from './image-header.js';
import { jpegCodec } from './jpeg-codec.js';
import { jpegLsCodec } from './jpeg-ls/jpeg-ls-codec.js';
import { jpeg2000Codec } from './jpeg2000/jpeg2000-codec.js';
import { checkOpenJpeg, type OpenJpeg } from './jpeg2000/load-openjpeg.js';
import { pngCodec } from './png-codec.js';
import { pnmCodec } from './pnm-codec.js';
import { tiffCodec } from './tiff/tiff-codec.js';
import { webpCodec } from './webp-codec.js';

/** Codec, limits and bits of `decodeImage`. */
export interface DecodeImageOptions {
  /** Named in errors: a file's path. */
  name?: string | undefined;
  /** The largest declared width × height that is decoded at all. @default 50 million */
  maxPixels?: number | undefined;
  /** Tried first, for the formats it names; then come our own for PNG, BMP, PNM, TIFF, JPEG-LS and DICOM, and
   * WebAssembly for JPEG, WebP and JPEG 2000. */
  codec?: Codec | undefined;
  /**
   * Bits that the samples of 16-bit PNG and TIFF really use, 1 to 16: 12 for 0..4095 of a camera, which as 16 bits would be
   * almost black. They are brought to the full scale as `scaleBits` does. Other formats, DICOM among them, say it
   * themselves. @default 16
   */
  bits?: number | undefined;
  /** Called with the number of bits that a 16-bit PNG or TIFF uses, unless `bits` is given: for `BitsMonitor`. */
  onUsedBits?: ((used: number) => void) | undefined;
  /**
   * The decoder of JPEG 2000, also of DICOM files that hold it, for browsers:
   * `(await import('@cornerstonejs/codec-openjpeg/decode')).default`. @default what Node finds installed
   */
  openjpeg?: OpenJpeg | undefined;
}

/** Formats that do not say how many of 16 bits are used. */
const UNTOLD: readonly ImageFormat[] = ['png', 'tiff'];

const CODECS: readonly Codec[] = [
  pngCodec,
  jpegCodec,
  bmpCodec,
  pnmCodec,
  tiffCodec,
  webpCodec,
  jpeg2000Codec,
  jpegLsCodec,
  dicomCodec,
];

/**
 * Decodes an image file to `[height, width, channels]`: grey stays one channel, alpha is dropped, 16-bit PNG stays
 * Uint16. Pixels equal those of Pillow's `convert('RGB')`: embedded colour profiles and EXIF rotation are not applied, a
 * TIFF's orientation is. What is not read so is refused by name.
 * The format is known by the content. Of DICOM it takes the first frame through the file's window: `decodeDicom` has more.
 * @throws CxrFileError 'empty', 'unsupported', 'too-large', 'truncated' or 'corrupt'; 'mismatch' for a sample of more than
 * `bits` bits; RangeError for an unknown option, an invalid limit or invalid bits; TypeError unless `bytes` is a Uint8Array.
 * @throws DecoderLoadError when the WebAssembly for JPEG or WebP cannot be loaded: the image may be good.
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions = {},
): Promise<IntegerImage> {
  checkBytes(bytes);
  checkOptions<DecodeImageOptions>('decodeImage', options, {
    name: true,
    maxPixels: true,
    codec: true,
    bits: true,
    onUsedBits: true,
    openjpeg: true,
  });
  const { name, maxPixels = DEFAULT_MAX_PIXELS, codec, bits, openjpeg } = options;
  checkOpenJpeg(openjpeg);
  checkLimit('maxPixels', maxPixels);
  if (bits !== undefined) checkBits(bits);
  try {
    const header = imageHeader(bytes);
    const { format, width, height } = header;
    if (width !== undefined && height !== undefined) checkPixels(format, width, height, maxPixels);
    const codecs = codec ? [codec, ...CODECS] : CODECS;
    const chosen = codecs.find(({ formats }) => formats.includes(format));
    if (!chosen)
      throw new CxrFileError('unsupported', `${format} images need another codec, such as sharp in Node`);
    const decoded = await chosen.decode(bytes, header, { maxPixels, openjpeg });
    return UNTOLD.includes(format) ? atFullScale(decoded, options) : decoded;
  } catch (error) {
    throw withFile(error, name);
  }
}

function atFullScale(decoded: IntegerImage, { bits, onUsedBits }: DecodeImageOptions): IntegerImage {
  if (!(decoded.data instanceof Uint16Array)) return decoded;
  if (bits === undefined) {
    onUsedBits?.(usedBits(decoded));
    return decoded;
  }
  try {
    return scaleBits(decoded, bits);
  } catch (error) {
    throw new CxrFileError('mismatch', (error as RangeError).message);
  }
}
