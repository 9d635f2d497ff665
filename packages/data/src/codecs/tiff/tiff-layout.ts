import { CxrFileError } from '@cxr/image';
import { readTags, type TiffTags } from './read-tags.js';
import type { Compression } from './unpack-block.js';
import type { CcittKind } from './unpack-ccitt.js';

/** How a TIFF stores its first image. */
export interface TiffLayout {
  littleEndian: boolean;
  width: number;
  height: number;
  bits: 1 | 2 | 4 | 8 | 16 | 32;
  /** Of the samples. */
  format: 'unsigned' | 'signed' | 'float';
  /** Stored samples a pixel, including those of no use here (alpha). */
  samples: number;
  photometric: Photometric;
  /** Whether the sample after the colours is alpha; true if the file does not say. */
  alpha: boolean;
  compression: Compression;
  /** Of CCITT compression. */
  ccitt: CcittKind | undefined;
  /** Whether the lowest bit of a byte is the first, of CCITT compression. */
  reversed: boolean;
  /** Colours as brightness and two differences, as JPEG has them. */
  ycbcr: boolean;
  /** What the JPEG streams of all blocks share (tag 347), a JPEG without a picture; empty without. */
  jpegTables: Uint8Array;
  /** Each sample as the difference from its left neighbour. */
  differences: boolean;
  /** Plane after plane: 1 sample in a block, else all. */
  planar: boolean;
  /** A strip is a tile as wide as the image. */
  blockWidth: number;
  blockHeight: number;
  offsets: readonly number[];
  /** Bytes of each block; empty where the file leaves them out. */
  lengths: readonly number[];
  /** [3 × 2^bits], red ones first, of 16 bits. */
  palette: readonly number[];
  /** Which corner the first pixel is shown in, 1..8 (tag 274). */
  orientation: number;
}

type Photometric = 'white is zero' | 'black is zero' | 'RGB' | 'palette' | 'CMYK';

const PHOTOMETRICS: Record<number, Photometric> = {
  0: 'white is zero',
  1: 'black is zero',
  2: 'RGB',
  3: 'palette',
  5: 'CMYK',
};

/** Those we cannot read, for the error. */
const OTHER_PHOTOMETRICS: Record<number, string> = {
  4: 'a transparency mask',
  6: 'YCbCr colours',
  8: 'CIE L*a*b* colours',
  9: 'ICC L*a*b* colours',
  32803: 'colours of a filter array',
  32844: 'LogL values',
  32845: 'LogLuv colours',
};

const COMPRESSIONS: Record<number, Compression> = {
  1: 'none',
  2: 'CCITT',
  3: 'CCITT',
  4: 'CCITT',
  5: 'LZW',
  7: 'JPEG',
  8: 'deflate',
  32946: 'deflate',
  32773: 'PackBits',
};

/** Those we cannot read, for the error. */
const OTHER_COMPRESSIONS: Record<number, string> = {
  6: 'old JPEG',
  32771: 'CCITT (of whole words)',
  32809: 'ThunderScan',
  33003: 'JPEG 2000',
  33005: 'JPEG 2000',
  34676: 'SGILog',
  34677: 'SGILog',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'zstd',
  50001: 'WebP',
  50002: 'JPEG XL',
};

/** Names of sample formats (tag 339) other than unsigned whole numbers. */
const SAMPLE_FORMATS: Record<number, string> = {
  2: 'signed samples',
  3: 'floating-point samples',
  5: 'complex samples',
  6: 'complex samples',
};

/** Maximum number of samples per pixel, as in Pillow: RGB and three more, CMYK and two more, grey and one more. */
const MAX_SAMPLES: Record<Photometric, number> = {
  'white is zero': 2,
  'black is zero': 2,
  RGB: 6,
  palette: 2,
  CMYK: 6,
};

/** Samples that are colours. */
export const COLOURS: Readonly<Record<Photometric, number>> = {
  'white is zero': 1,
  'black is zero': 1,
  RGB: 3,
  palette: 1,
  CMYK: 4,
};

/**
 * @param values whether a window shows the samples: then signed ones, floats and 32 bits are taken, too
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'.
 */
export function readLayout(bytes: Uint8Array, values = false): TiffLayout {
  const tags = readTags(bytes);
  const samples = tags.first(277) ?? 1;
  const format = formatOf(tags, values);
  const compression = compressionOf(tags);
  const bits = bitsOf(tags, samples, format, values);
  const reversed = isReversed(tags, compression);
  const ycbcr = compression === 'JPEG' && tags.first(262) === 6;
  const photometric = photometricOf(tags, bits, samples, ycbcr);
  if (isThroughWindow({ format, bits })) checkValueKind(bits, format, photometric);
  if (compression === 'JPEG') checkJpegKind(tags, { bits, samples, format, photometric });
  const ccitt = compression === 'CCITT' ? ccittKind(tags, { bits, photometric }) : undefined;
  const orientation = tags.first(274) ?? 1;
  const height = tags.first(257) ?? 0;
  return {
    littleEndian: tags.littleEndian,
    width: tags.first(256) ?? 0,
    height,
    bits,
    format,
    samples,
    photometric,
    alpha: tags.first(338) !== 0,
    compression,
    ccitt,
    reversed,
    ycbcr,
    jpegTables: Uint8Array.from(tags.all(347)),
    differences: hasDifferences(tags, bits, compression),
    planar: tags.first(284) === 2 && samples > 1,
    ...blocksOf(tags, height),
    palette: tags.all(320),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
}

function formatOf(tags: TiffTags, values: boolean): TiffLayout['format'] {
  const codes = tags.all(339);
  const code = codes.find((one) => one !== 1);
  if (code === undefined) return 'unsigned';
  if (values && codes.length === 1 && code === 2) return 'signed';
  if (values && codes.length === 1 && code === 3) return 'float';
  throw unsupported(SAMPLE_FORMATS[code] ?? `samples of format ${code}`);
}

/** Whether the samples have no shade of their own, and are shown through a window only. */
export function isThroughWindow({ format, bits }: Pick<TiffLayout, 'format' | 'bits'>): boolean {
  return format !== 'unsigned' || bits === 32;
}

/** @throws CxrFileError 'unsupported' for samples shown through a window that are not grey of 8, 16 or 32 bits. */
function checkValueKind(bits: number, format: TiffLayout['format'], photometric: Photometric): void {
  const kind = format === 'unsigned' ? '' : `${format === 'float' ? 'floating-point' : format} `;
  if (bits < 8) throw unsupported(`${kind}samples of ${bits} bits`);
  if (COLOURS[photometric] > 1 || photometric === 'palette')
    throw unsupported(`${kind}samples of ${bits} bits, ${photometric}`);
}

/** Bits a sample, the same of all. */
function bitsOf(
  tags: TiffTags,
  samples: number,
  format: TiffLayout['format'],
  values: boolean,
): TiffLayout['bits'] {
  const depths = tags.all(258);
  const bits = depths[0] ?? 1;
  if (format === 'float' && bits !== 32) throw unsupported(`floating-point samples of ${bits} bits`);
  const whole = bits === 8 || bits === 16 || (bits === 32 && values && samples === 1);
  const packed = samples === 1 && (bits === 1 || bits === 2 || bits === 4);
  if (!(whole || packed) || depths.some((depth) => depth !== bits)) {
    throw unsupported(`${depths.slice(0, 6).join(', ')} bits a sample`);
  }
  return bits;
}

/** @throws CxrFileError 'unsupported' for bits in reverse order other than of CCITT, where fax machines' chips write them so. */
function isReversed(tags: TiffTags, compression: Compression): boolean {
  const reversed = (tags.first(266) ?? 1) !== 1;
  if (reversed && compression !== 'CCITT') throw unsupported('bits in reverse order');
  return reversed;
}

function compressionOf(tags: TiffTags): Compression {
  const code = tags.first(259) ?? 1;
  const compression = COMPRESSIONS[code];
  if (!compression) throw unsupported(`${OTHER_COMPRESSIONS[code] ?? 'unknown'} compression (${code})`);
  return compression;
}

function photometricOf(tags: TiffTags, bits: number, samples: number, ycbcr: boolean): Photometric {
  const code = ycbcr ? 2 : (tags.first(262) ?? -1);
  const photometric = PHOTOMETRICS[code];
  if (!photometric) {
    throw unsupported(
      code < 0
        ? 'no photometric interpretation'
        : (OTHER_PHOTOMETRICS[code] ?? `photometric interpretation ${code}`),
    );
  }
  // Pillow shows these as negatives of what they are, and other readers do not.
  if (photometric === 'white is zero' && bits > 8)
    throw unsupported(`${bits} bits a sample where white is zero`);
  if (tags.all(338).includes(1)) throw unsupported('colours multiplied by alpha');
  if (photometric === 'CMYK' && bits !== 8) throw unsupported(`${bits} bits a sample, CMYK`);
  if (samples < COLOURS[photometric]) {
    throw new CxrFileError('corrupt', `a TIFF of ${samples} samples a pixel, ${photometric}`);
  }
  if (samples > MAX_SAMPLES[photometric]) throw unsupported(`${samples} samples a pixel, ${photometric}`);
  return photometric;
}

/** @throws CxrFileError 'unsupported' for JPEG streams other than of 8 bits grey, RGB or YCbCr, all samples of a pixel together. */
function checkJpegKind(
  tags: TiffTags,
  { bits, samples, format, photometric }: Pick<TiffLayout, 'bits' | 'samples' | 'format' | 'photometric'>,
): void {
  const plain = photometric === 'black is zero' ? samples === 1 : photometric === 'RGB' && samples === 3;
  if (!plain || bits !== 8 || format !== 'unsigned' || (tags.first(284) === 2 && samples > 1))
    throw unsupported(`JPEG compression of ${samples} samples of ${bits} bits, ${photometric}`);
}

/** Compression 2 to 4, and of 3 whether rows may be coded by the row above (tag 292). @throws CxrFileError 'unsupported'. */
function ccittKind(
  tags: TiffTags,
  { bits, photometric }: Pick<TiffLayout, 'bits' | 'photometric'>,
): CcittKind {
  if (bits !== 1 || photometric === 'palette')
    throw unsupported(`CCITT compression of ${bits} bits, ${photometric}`);
  const code = tags.first(259);
  if (code === 3) return (tags.first(292) ?? 0) % 2 === 1 ? 'group 3, 2-D' : 'group 3';
  return code === 2 ? 'bytes' : 'group 4';
}

/** Like libtiff, uses the predictor with LZW and deflate only. */
function hasDifferences(tags: TiffTags, bits: number, compression: Compression): boolean {
  const predictor = tags.first(317) ?? 1;
  if (predictor === 1 || !(compression === 'LZW' || compression === 'deflate')) return false;
  if (predictor !== 2 || bits < 8 || bits > 16)
    throw unsupported(`predictor ${predictor} of ${bits} bits a sample`);
  return true;
}

function blocksOf(
  tags: TiffTags,
  height: number,
): Pick<TiffLayout, 'blockWidth' | 'blockHeight' | 'offsets' | 'lengths'> {
  const tileWidth = tags.first(322);
  if (tileWidth === undefined) {
    return {
      blockWidth: tags.first(256) ?? 0,
      blockHeight: Math.min(height, tags.first(278) ?? height),
      offsets: tags.all(273),
      lengths: tags.all(279),
    };
  }
  return {
    blockWidth: tileWidth,
    blockHeight: tags.first(323) ?? 0,
    // Some writers put the tiles where strips would be.
    offsets: tags.all(324).length > 0 ? tags.all(324) : tags.all(273),
    lengths: tags.all(325).length > 0 ? tags.all(325) : tags.all(279),
  };
}

function unsupported(what: string): CxrFileError {
  return new CxrFileError('unsupported', `a TIFF with ${what}`);
}
