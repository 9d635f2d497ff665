import { CxrFileError, checkPixels, DEFAULT_MAX_PIXELS, type IntegerImage, withFile } from '@cxr/image';
import { bmpCodec } from './bmp-codec.js';
import type { Codec } from './codec.js';
import { dicomCodec } from './dicom/decode-dicom.js';
import { imageHeader } from './image-header.js';
import { jpegCodec } from './jpeg-codec.js';
import { pngCodec } from './png-codec.js';
import { pnmCodec } from './pnm-codec.js';
import { tiffCodec } from './tiff/tiff-codec.js';
import { webpCodec } from './webp-codec.js';

export interface DecodeImageOptions {
  /** Named in errors: a file's path. */
  name?: string;
  /** The largest declared width × height that is decoded at all. Default 50 million. */
  maxPixels?: number;
  /** Tried first, for the formats it names; then come our own for PNG, BMP, PNM, TIFF and DICOM, and
   * WebAssembly for JPEG and WebP. */
  codec?: Codec;
}

const CODECS: readonly Codec[] = [pngCodec, jpegCodec, bmpCodec, pnmCodec, tiffCodec, webpCodec, dicomCodec];

/**
 * Decodes an image file to `[height, width, channels]`: grey stays one channel, alpha is dropped, 16-bit PNG stays
 * Uint16. Pixels equal those of Pillow's `convert('RGB')`: embedded colour profiles and EXIF rotation are not applied.
 * The format is told by the content. Of DICOM it takes the first frame through the file's window: `decodeDicom` has more.
 * @throws CxrFileError 'empty', 'unsupported', 'too-large', 'truncated' or 'corrupt'.
 * @throws DecoderLoadError when the WebAssembly for JPEG or WebP cannot be loaded: the image may be good.
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions = {},
): Promise<IntegerImage> {
  const { name, maxPixels = DEFAULT_MAX_PIXELS, codec } = options;
  try {
    const header = imageHeader(bytes);
    const { format, width, height } = header;
    if (width !== undefined && height !== undefined) checkPixels(format, width, height, maxPixels);
    const codecs = codec ? [codec, ...CODECS] : CODECS;
    const chosen = codecs.find(({ formats }) => formats.includes(format));
    if (!chosen)
      throw new CxrFileError('unsupported', `${format} images need another codec, such as sharp in Node`);
    return await chosen.decode(bytes, header, { maxPixels });
  } catch (error) {
    throw withFile(error, name);
  }
}
