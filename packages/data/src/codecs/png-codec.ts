import { CxrFileError, type IntegerImage, image } from '@cxr/image';
import { Unzlib } from 'fflate';
import { fillInflated } from '../archives/fill-inflated.js';
import type { Codec } from './codec.js';
import { type PngChunks, readPngChunks } from './read-png-chunks.js';

/**
 * PNG of every kind, in pure JavaScript: 16 bits stay 16, fewer than 8 are spread to 0..255, a palette becomes RGB,
 * alpha is dropped (not blended), all as Pillow's `convert('RGB')` does. An animation gives its first frame.
 */
export const pngCodec: Codec = {
  name: 'png',
  formats: ['png'],
  async decode(bytes) {
    return decodePng(readPngChunks(bytes));
  },
};

/** The pixels of one pass: all of them, or a coarser grid of an interlaced image. */
interface Pass {
  x: number;
  y: number;
  stepX: number;
  stepY: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];

const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];

const STORED_CHANNELS = [1, 0, 3, 1, 2, 0, 4];

function decodePng(png: PngChunks): IntegerImage {
  const { width, height, depth, colourType, interlaced, packed } = png;
  const bits = STORED_CHANNELS[colourType]! * depth;
  const passes = (interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({
      ...pass,
      columns: Math.ceil((width - pass.x) / pass.stepX),
      rows: Math.ceil((height - pass.y) / pass.stepY),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const size = passes.reduce(
    (sum, { columns, rows }) => sum + rows * (1 + Math.ceil((columns * bits) / 8)),
    0,
  );
  const raw = inflate(packed, size);
  const channels = colourType === 0 || colourType === 4 ? 1 : 3;
  const length = width * height * channels;
  const out = depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  let at = 0;
  for (const { x, y, stepX, stepY, columns, rows } of passes) {
    const rowBytes = Math.ceil((columns * bits) / 8);
    unfilter(raw, at, rows, rowBytes, Math.ceil(bits / 8));
    for (let row = 0; row < rows; row++) {
      const line = raw.subarray(at + 1, at + 1 + rowBytes);
      const first = (y + row * stepY) * width + x;
      writeRow(png, line, columns, out, first * channels, stepX * channels);
      at += 1 + rowBytes;
    }
  }
  return image(out, height, width, channels);
}

function inflate(packed: readonly Uint8Array[], size: number): Uint8Array {
  const available = packed.reduce((sum, part) => sum + part.length, 0);
  // Deflate shrinks to 1/1032 at most: a header that claims more must not cost memory.
  if (size > available * 1032) throw new CxrFileError('corrupt', 'a PNG with too few data for its size');
  const raw = new Uint8Array(size);
  let length: number;
  try {
    length = fillInflated(raw, packed, Unzlib);
  } catch (cause) {
    throw new CxrFileError('corrupt', `a PNG that cannot be unpacked (${(cause as Error).message})`, {
      cause,
    });
  }
  if (length < size) throw new CxrFileError('truncated', 'a PNG with too few data for its size');
  return raw;
}

/** Undoes the row filters in place (PNG specification, section 9). Each row starts with the byte that names its filter. */
function unfilter(raw: Uint8Array, start: number, rows: number, rowBytes: number, pixelBytes: number): void {
  for (let row = 0; row < rows; row++) {
    const at = start + row * (rowBytes + 1) + 1;
    const above = row === 0 ? -1 : at - rowBytes - 1;
    const filter = raw[at - 1]!;
    if (filter > 4) throw new CxrFileError('corrupt', `a PNG with row filter ${filter}`);
    if (filter === 1) subtractLeft(raw, at, rowBytes, pixelBytes);
    else if (filter === 2 && above >= 0) subtractAbove(raw, at, above, rowBytes);
    else if (filter === 3) subtractAverage(raw, at, above, rowBytes, pixelBytes);
    else if (filter === 4) subtractPaeth(raw, at, above, rowBytes, pixelBytes);
  }
}

function subtractLeft(raw: Uint8Array, at: number, rowBytes: number, pixelBytes: number): void {
  for (let i = at + pixelBytes; i < at + rowBytes; i++) raw[i] = raw[i]! + raw[i - pixelBytes]!;
}

function subtractAbove(raw: Uint8Array, at: number, above: number, rowBytes: number): void {
  for (let i = 0; i < rowBytes; i++) raw[at + i] = raw[at + i]! + raw[above + i]!;
}

function subtractAverage(
  raw: Uint8Array,
  at: number,
  above: number,
  rowBytes: number,
  pixelBytes: number,
): void {
  for (let i = 0; i < rowBytes; i++) {
    const left = i < pixelBytes ? 0 : raw[at + i - pixelBytes]!;
    const up = above < 0 ? 0 : raw[above + i]!;
    raw[at + i] = raw[at + i]! + ((left + up) >> 1);
  }
}

function subtractPaeth(
  raw: Uint8Array,
  at: number,
  above: number,
  rowBytes: number,
  pixelBytes: number,
): void {
  for (let i = 0; i < rowBytes; i++) {
    const left = i < pixelBytes ? 0 : raw[at + i - pixelBytes]!;
    const up = above < 0 ? 0 : raw[above + i]!;
    const corner = i < pixelBytes || above < 0 ? 0 : raw[above + i - pixelBytes]!;
    const toLeft = Math.abs(up - corner);
    const toUp = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    const nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    raw[at + i] = raw[at + i]! + nearest;
  }
}

/** Writes one row's pixels into the image, from sample `to` on, every `step`-th sample. */
function writeRow(
  { depth, colourType, palette }: PngChunks,
  line: Uint8Array,
  columns: number,
  out: Uint8Array | Uint16Array,
  to: number,
  step: number,
): void {
  const stored = STORED_CHANNELS[colourType]!;
  const kept = colourType === 0 || colourType === 4 ? 1 : 3;
  if (depth === 8 && stored === kept && step === kept && colourType !== 3) {
    out.set(line.subarray(0, columns * kept), to);
    return;
  }
  if (depth === 16) {
    for (let i = 0; i < columns; i++, to += step) {
      for (let c = 0; c < kept; c++) {
        const from = 2 * (i * stored + c);
        out[to + c] = line[from]! * 256 + line[from + 1]!;
      }
    }
    return;
  }
  const white = 255 / (2 ** depth - 1);
  for (let i = 0; i < columns; i++, to += step) {
    if (colourType === 3) {
      const colour = 3 * sampleAt(line, i, depth);
      if (colour + 3 > palette.length)
        throw new CxrFileError('corrupt', 'a PNG with a colour outside its palette');
      for (let c = 0; c < 3; c++) out[to + c] = palette[colour + c]!;
    } else {
      const scale = depth < 8 ? white : 1;
      for (let c = 0; c < kept; c++) out[to + c] = sampleAt(line, i * stored + c, depth) * scale;
    }
  }
}

function sampleAt(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index]!;
  const bit = index * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
