import { CxrFileError } from '@cxr/image';
import { readTags } from './read-tags.js';
import type { Compression } from './unpack-block.js';

/** How a TIFF stores its first image. */
export interface TiffLayout {
  littleEndian: boolean;
  width: number;
  height: number;
  bits: 1 | 2 | 4 | 8 | 16;
  /** Stored samples a pixel, those of no use here (alpha) included. */
  samples: number;
  photometric: Photometric;
  compression: Compression;
  /** Each sample as the difference from its left neighbour. */
  differences: boolean;
  /** Plane after plane: 1 sample in a block, else all. */
  planar: boolean;
  /** A strip is a tile as wide as the image. */
  blockWidth: number;
  blockHeight: number;
  offsets: readonly number[];
  lengths: readonly number[];
  /** [3 × 2^bits], red ones first, of 16 bits. */
  palette: readonly number[];
}

type Photometric = 'white is zero' | 'black is zero' | 'RGB' | 'palette';

const PHOTOMETRICS: readonly Photometric[] = ['white is zero', 'black is zero', 'RGB', 'palette'];

const COMPRESSIONS: Record<number, Compression> = {
  1: 'none',
  5: 'LZW',
  8: 'deflate',
  32946: 'deflate',
  32773: 'PackBits',
};

const NAMES: Record<number, string> = { 2: 'CCITT', 3: 'CCITT', 4: 'CCITT', 6: 'JPEG', 7: 'JPEG' };

/** @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'. */
export function readLayout(bytes: Uint8Array): TiffLayout {
  const tags = readTags(bytes);
  const width = tags.first(256) ?? 0;
  const height = tags.first(257) ?? 0;
  const depths = tags.all(258);
  const bits = depths[0] ?? 1;
  const samples = tags.first(277) ?? 1;
  const photometric = PHOTOMETRICS[tags.first(262) ?? -1];
  const code = tags.first(259) ?? 1;
  const compression = COMPRESSIONS[code];
  if (!compression) throw unsupported(`${NAMES[code] ?? 'unknown'} compression (${code})`);
  if (!photometric) throw unsupported(`photometric interpretation ${tags.first(262)}`);
  const same = depths.every((depth) => depth === bits);
  if (!same || !(bits === 8 || bits === 16 || (samples === 1 && (bits === 1 || bits === 2 || bits === 4)))) {
    throw unsupported(`${depths.join(', ')} bits`);
  }
  if (tags.all(339).some((format) => format !== 1)) throw unsupported('signed or floating-point samples');
  if (tags.all(338).includes(1)) throw unsupported('colours multiplied by alpha');
  if ((tags.first(266) ?? 1) !== 1) throw unsupported('bits in reverse order');
  const predictor = tags.first(317) ?? 1;
  if (predictor > 2 || (predictor === 2 && bits < 8)) throw unsupported(`predictor ${predictor}`);
  const least = photometric === 'RGB' ? 3 : 1;
  if (samples < least || samples > least + 1) {
    throw new CxrFileError('corrupt', `a TIFF of ${samples} samples a pixel, ${photometric}`);
  }
  const tiled = tags.first(322) !== undefined;
  return {
    littleEndian: tags.littleEndian,
    width,
    height,
    bits,
    samples,
    photometric,
    compression,
    differences: predictor === 2,
    planar: tags.first(284) === 2 && samples > 1,
    blockWidth: tiled ? tags.first(322)! : width,
    blockHeight: tiled ? (tags.first(323) ?? 0) : Math.min(height, tags.first(278) ?? height),
    offsets: tags.all(tiled ? 324 : 273),
    lengths: tags.all(tiled ? 325 : 279),
    palette: tags.all(320),
  };
}

function unsupported(what: string): CxrFileError {
  return new CxrFileError('unsupported', `a TIFF with ${what}`);
}
