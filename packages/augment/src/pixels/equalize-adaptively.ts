import { maximum, type Size } from '../image.js';
import { copyOf, samplesLike } from '../memory.js';
import { roundHalfEven } from '../round.js';
import { claim } from '../simd/kernels.js';
import { reflectIndex } from '../warp/sampling.js';

type Whole = Uint8Array | Uint16Array;

/** CLAHE on one channel: each pixel is mapped by the tables of the four nearest tiles, interpolated by distance. */
export function equalizeAdaptively(data: Whole, size: Size, clipLimit: number, tiles: number): Whole {
  const [tileWidth, tileHeight] = tileSize(size, tiles);
  const levels = maximum(data) + 1;
  const tables = new Float32Array(tiles * tiles * levels);
  for (let row = 0; row < tiles; row++) {
    for (let column = 0; column < tiles; column++) {
      const at = (row * tiles + column) * levels;
      const counts = tileHistogram(
        data,
        size,
        [column * tileWidth, row * tileHeight],
        [tileWidth, tileHeight],
      );
      clip(counts, clipLimit, tileWidth * tileHeight);
      accumulate(counts, tileWidth * tileHeight, tables.subarray(at, at + levels));
    }
  }
  return mix(data, size, tables, tiles, tileWidth, tileHeight);
}

/** As in OpenCV: unless both sides are multiples of `tiles`, both are padded; a side that is one grows by `tiles` pixels. */
function tileSize({ width, height }: Size, tiles: number): [number, number] {
  if (width % tiles === 0 && height % tiles === 0) return [width / tiles, height / tiles];
  return [Math.floor(width / tiles) + 1, Math.floor(height / tiles) + 1];
}

function tileHistogram(
  data: Whole,
  { width, height }: Size,
  [left, top]: [number, number],
  [tileWidth, tileHeight]: [number, number],
): Int32Array {
  const counts = new Int32Array(maximum(data) + 1);
  const right = Math.min(width, left + tileWidth);
  for (let y = top; y < top + tileHeight; y++) {
    const row = reflectIndex(y, height) * width;
    for (let x = left; x < right; x++) counts[data[row + x]!]!++;
    for (let x = Math.max(left, right); x < left + tileWidth; x++)
      counts[data[row + reflectIndex(x, width)]!]!++;
  }
  return counts;
}

/** Clips the histogram at the limit and distributes the excess over all levels. */
function clip(counts: Int32Array, clipLimit: number, area: number): void {
  if (clipLimit <= 0) return;
  const levels = counts.length;
  const limit = Math.max(1, Math.trunc((clipLimit * area) / levels));
  let cut = 0;
  for (let level = 0; level < levels; level++) {
    const over = counts[level]! - limit;
    if (over > 0) {
      cut += over;
      counts[level] = limit;
    }
  }
  const share = Math.floor(cut / levels);
  let rest = cut - share * levels;
  for (let level = 0; level < levels; level++) counts[level]! += share;
  const step = Math.max(1, Math.floor(levels / Math.max(1, rest)));
  for (let level = 0; level < levels && rest > 0; level += step, rest--) counts[level]!++;
}

function accumulate(counts: Int32Array, area: number, table: Float32Array): void {
  const scale = Math.fround((counts.length - 1) / area);
  let sum = 0;
  for (let level = 0; level < counts.length; level++) {
    sum += counts[level]!;
    table[level] = Math.min(counts.length - 1, roundHalfEven(Math.fround(sum * scale)));
  }
}

function mix(
  data: Whole,
  { width, height }: Size,
  tables: Float32Array,
  tiles: number,
  tileWidth: number,
  tileHeight: number,
): Whole {
  const levels = maximum(data) + 1;
  const across = neighbours(width, tileWidth, tiles, levels);
  const down = neighbours(height, tileHeight, tiles, levels * tiles);
  return mixedSimd(data, width, tables, across, down) ?? mixed(data, width, tables, across, down);
}

function mixed(
  data: Whole,
  width: number,
  tables: Float32Array,
  across: Neighbours,
  down: Neighbours,
): Whole {
  const out = samplesLike(data, data.length);
  for (let y = 0, i = 0; i < data.length; y++) {
    const top = down.first[y]!;
    const bottom = down.second[y]!;
    const fy = down.share[y]!;
    for (let x = 0; x < width; x++, i++) {
      const left = across.first[x]! + data[i]!;
      const right = across.second[x]! + data[i]!;
      const fx = across.share[x]!;
      const upper = tables[top + left]! + (tables[top + right]! - tables[top + left]!) * fx;
      const lower = tables[bottom + left]! + (tables[bottom + right]! - tables[bottom + left]!) * fx;
      out[i] = upper + (lower - upper) * fy + 0.5;
    }
  }
  return out;
}

/** The same in WebAssembly; null if it has no kernel for it. */
function mixedSimd(
  data: Whole,
  width: number,
  tables: Float32Array,
  across: Neighbours,
  down: Neighbours,
): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const claimed = claim(data.length, data.length, tables.byteLength, 4 * width, 4 * width, 8 * width);
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [src, out, table, left, right, fx] = at as [number, number, number, number, number, number];
  bytes.set(data, src);
  new Float32Array(bytes.buffer, table, tables.length).set(tables);
  new Uint32Array(bytes.buffer, left, width).set(across.first.map((entry) => 4 * entry));
  new Uint32Array(bytes.buffer, right, width).set(across.second.map((entry) => 4 * entry));
  new Float64Array(bytes.buffer, fx, width).set(across.share);
  for (let y = 0; y * width < data.length; y++) {
    const skip = y * width;
    const top = table + 4 * down.first[y]!;
    const bottom = table + 4 * down.second[y]!;
    kernels.mixTiles(src + skip, out + skip, width, top, bottom, left, right, fx, down.share[y]!);
  }
  return copyOf(bytes, out, out + data.length);
}

interface Neighbours {
  /** Offset in the tables of the tile before a position. */
  readonly first: Int32Array;
  /** The same of the tile after it. */
  readonly second: Int32Array;
  /** Weight of the second tile, 0..1. */
  readonly share: Float64Array;
}

/** The two tiles between whose centres each position lies. */
function neighbours(length: number, tile: number, tiles: number, stride: number): Neighbours {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const share = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const position = i / tile - 0.5;
    const before = Math.floor(position);
    first[i] = Math.max(0, before) * stride;
    second[i] = Math.min(tiles - 1, before + 1) * stride;
    share[i] = position - before;
  }
  return { first, second, share };
}
