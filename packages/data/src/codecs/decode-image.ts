import {
  CxrFileError,
  checkBits,
  checkOptions,
  checkPixels,
  DEFAULT_MAX_PIXELS,
  describeValue,
  type IntegerImage,
  image,
  type KnownOptions,
  scaleBits,
  usedBits,
  withFile,
} from '@cxr/image';
import { checkLimit } from '../check-limit.js';
import { bmpCodec } from './bmp-codec.js';
import { checkBytes } from './check-bytes.js';
import { checkRows } from './check-rows.js';
import type { Codec } from './codec.js';
import { checkWindow } from './dicom/check-window.js';
import { dicomCodec } from './dicom/decode-dicom.js';
import type { DicomWindow } from './dicom/dicom-header.js';
import { exifOrientation } from './exif-orientation.js';
import { type ImageFormat, type ImageHeader, imageHeader } from './image-header.js';
import { jpegCodec } from './jpeg-codec.js';
import { jpegLsCodec } from './jpeg-ls/jpeg-ls-codec.js';
import { jpeg2000Codec } from './jpeg2000/jpeg2000-codec.js';
import { checkOpenJpeg, type OpenJpeg } from './jpeg2000/load-openjpeg.js';
import { pngCodec } from './png-codec.js';
import { pnmCodec } from './pnm-codec.js';
import { orient } from './tiff/orient.js';
import { tiffCodec } from './tiff/tiff-codec.js';
import { isThroughWindow, readLayout } from './tiff/tiff-layout.js';
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
   * themselves; TIFF samples shown through `window` fill the scale already. @default 16
   */
  bits?: number | undefined;
  /** Called with the number of bits that a 16-bit PNG or TIFF uses, unless `bits` is given or `window` shows a TIFF's samples: for `BitsMonitor`. */
  onUsedBits?: ((used: number) => void) | undefined;
  /**
   * The decoder of JPEG 2000, also of DICOM files that hold it, for browsers:
   * `(await import('@cornerstonejs/codec-openjpeg/decode')).default`. @default what Node finds installed
   */
  openjpeg?: OpenJpeg | undefined;
  /**
   * Values shown, from black to white, of DICOM as in `decodeDicom`, and of grey TIFF with signed, floating-point or 32-bit samples, which are otherwise
   * refused: a window, or `'all'` (all values that could be stored; of floats, the image's own). A window without `shape` is `LINEAR` for DICOM (width 1 or more) and
   * `LINEAR_EXACT` for TIFF (from centre − width / 2 to centre + width / 2, any width above 0). Other files are not changed. @default 'file', as the file says
   */
  window?: 'file' | 'all' | DicomWindow | undefined;
  /** Shown where a DICOM file's own window is unusable. @default none: it is refused as 'corrupt' */
  fallbackWindow?: 'all' | DicomWindow | undefined;
  /** Takes a file of no known format as DICOM without preamble, as pydicom does if forced. @default false */
  force?: boolean | undefined;
  /** Turns JPEG, PNG and WebP as their EXIF data says, as Pillow's `ImageOps.exif_transpose` does from EXIF; an orientation in XMP or in a PNG's raw profile is not read. @default false, as Pillow's `open` and pytorch-fid */
  exifOrientation?: boolean | undefined;
}

/** The options that `readImage` passes on. */
export const DECODE_OPTIONS: KnownOptions<Omit<DecodeImageOptions, 'name'>> = {
  maxPixels: true,
  codec: true,
  bits: true,
  onUsedBits: true,
  openjpeg: true,
  window: true,
  fallbackWindow: true,
  force: true,
  exifOrientation: true,
};

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
 * Uint16. Pixels equal those of Pillow's `convert('RGB')`: embedded colour profiles are not applied, EXIF rotation only by
 * `exifOrientation`, a TIFF's orientation always. What is not read so is refused by name.
 * The format is known by the content. Of DICOM it takes the first frame through the file's window: `window` shows other values, `decodeDicom` has more.
 * @throws CxrFileError 'empty', 'unsupported', 'too-large', 'truncated' or 'corrupt'; 'mismatch' for a sample of more than
 * `bits` bits; RangeError for an unknown option, an invalid limit or invalid bits; TypeError unless `bytes` is a Uint8Array.
 * @throws DecoderLoadError when the WebAssembly for JPEG or WebP cannot be loaded: the image may be good.
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions = {},
): Promise<IntegerImage> {
  checkBytes(bytes);
  checkOptions<DecodeImageOptions>('decodeImage', options, { name: true, ...DECODE_OPTIONS });
  const { name, maxPixels = DEFAULT_MAX_PIXELS, codec, bits, openjpeg } = options;
  checkOpenJpeg(openjpeg);
  checkLimit('maxPixels', maxPixels);
  if (bits !== undefined) checkBits(bits);
  checkShown(options);
  const { window, fallbackWindow, force } = options;
  try {
    const header = force ? headerOrDicom(bytes) : imageHeader(bytes);
    const { format, width, height } = header;
    if (width !== undefined && height !== undefined) {
      checkPixels(format, width, height, maxPixels);
      checkRows(format, height);
    }
    const codecs = codec ? [codec, ...CODECS] : CODECS;
    const chosen = codecs.find(({ formats }) => formats.includes(format));
    if (!chosen)
      throw new CxrFileError('unsupported', `${format} images need another codec, such as sharp in Node`);
    const limits = { maxPixels, openjpeg, window, fallbackWindow, force };
    const stored = await chosen.decode(bytes, header, limits);
    const decoded = options.exifOrientation ? turned(stored, exifOrientation(bytes, format)) : stored;
    const untold = UNTOLD.includes(format) && !(chosen === tiffCodec && isWindowed(bytes, window));
    return untold ? atFullScale(decoded, options) : decoded;
  } catch (error) {
    throw withFile(error, name);
  }
}

/** @throws TypeError and RangeError for wrong windows and flags. */
function checkShown({ window, fallbackWindow, force, exifOrientation: turn }: DecodeImageOptions): void {
  // DICOM checks widths below 1 itself.
  checkWindow('window', window, 'LINEAR_EXACT');
  checkWindow('fallbackWindow', fallbackWindow);
  for (const [name, flag] of Object.entries({ force, exifOrientation: turn })) {
    if (flag !== undefined && typeof flag !== 'boolean')
      throw new TypeError(`${name} must be true or false, not ${describeValue(flag)}`);
  }
}

/** Whether the TIFF codec has shown a file's samples through the window, over the full scale. */
function isWindowed(bytes: Uint8Array, window: DecodeImageOptions['window'] = 'file'): boolean {
  return window !== 'file' && isThroughWindow(readLayout(bytes, true));
}

/** What is of no known format is taken as DICOM. */
function headerOrDicom(bytes: Uint8Array): ImageHeader {
  try {
    return imageHeader(bytes);
  } catch (error) {
    if (error instanceof CxrFileError && error.code === 'unsupported') return { format: 'dicom' };
    throw error;
  }
}

function turned(stored: IntegerImage, orientation: number): IntegerImage {
  const [height, width, channels] = stored.shape as [number, number, number];
  const shown = orient(stored.data, [height, width, channels], orientation);
  return image(shown.data, shown.height, shown.width, channels);
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
