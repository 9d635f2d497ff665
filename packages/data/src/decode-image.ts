import type { Codec } from './codec.js';
import { CxrFileError, withFile } from './cxr-file-error.js';
import type { Image } from './image.js';
import { type ImageHeader, imageHeader } from './image-header.js';
import { jpegCodec } from './jpeg-codec.js';
import { pngCodec } from './png-codec.js';

export interface DecodeImageOptions {
  /** Named in errors: a file's path. */
  name?: string;
  /** The largest declared width × height that is decoded at all. Default 100 million. */
  maxPixels?: number;
  /** Tried before our own PNG (pure JavaScript) and JPEG (WebAssembly) decoders, for the formats it names. */
  codec?: Codec;
}

export const DEFAULT_MAX_PIXELS = 100_000_000;

const CODECS: readonly Codec[] = [pngCodec, jpegCodec];

/**
 * Decodes an image file to `[height, width, channels]`: grey stays one channel, alpha is dropped, 16-bit PNG stays
 * Uint16. Pixels equal those of Pillow's `convert('RGB')`: embedded colour profiles and EXIF rotation are not applied.
 * The format is told by the content.
 * @throws CxrFileError 'empty', 'unsupported', 'too-large', 'truncated' or 'corrupt'.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions = {}): Promise<Image> {
  const { name, maxPixels = DEFAULT_MAX_PIXELS, codec } = options;
  try {
    const header = imageHeader(bytes);
    checkPixels(header, maxPixels);
    const codecs = codec ? [codec, ...CODECS] : CODECS;
    const chosen = codecs.find(({ formats }) => formats.includes(header.format));
    if (!chosen) throw new CxrFileError('unsupported', `${header.format} images cannot be decoded here`);
    return await chosen.decode(bytes, header, { maxPixels });
  } catch (error) {
    throw withFile(error, name);
  }
}

/** Refuses what the header declares before anything is allocated for it. */
function checkPixels({ format, width, height }: ImageHeader, maxPixels: number): void {
  if (width === undefined || height === undefined) return;
  if (width === 0 || height === 0)
    throw new CxrFileError('corrupt', `a ${format} image of ${width} × ${height} pixels`);
  if (width * height > maxPixels) {
    throw new CxrFileError('too-large', `${width} × ${height} pixels, more than the limit of ${maxPixels}`);
  }
}
