import { maximum, type Size } from '../image.js';
import { copyOf, samplesLike } from '../memory.js';
import { roundHalfEven } from '../round.js';
import { claim } from '../simd/kernels.js';
import { reflectIndex } from '../warp/sampling.js';

type Whole = Uint8Array | Uint16Array;

/** CLAHE on one channel: each pixel is mapped by the tables of the four nearest tiles, interpolated by distance. */
export function equalizeAdaptively(data: Whole, size: Size, clipLimit: number, tiles: number): Whole {
  const tile = tileSize(size, tiles);
  return equalizedSimd(data, size, clipLimit, tiles, tile) ?? equalized(data, size, clipLimit, tiles, tile);
}

function equalized(
  data: Whole,
  size: Size,
  clipLimit: number,
  tiles: number,
  [tileWidth, tileHeight]: TileSize,
): Whole {
  const levels = maximum(data) + 1;
  const tables = new Float32Array(tiles * tiles * levels);
  const area = tileWidth * tileHeight;
  for (let row = 0; row < tiles; row++) {
    for (let column = 0; column < tiles; column++) {
      const at = (row * tiles + column) * levels;
      const corner: TileSize = [column * tileWidth, row * tileHeight];
      const counts = tileHistogram(data, size, corner, [tileWidth, tileHeight]);
      clip(counts, limitOf(clipLimit, area, levels));
      accumulate(counts, area, tables.subarray(at, at + levels));
    }
  }
  const across = neighbours(size.width, tileWidth, tiles);
  const down = neighbours(size.height, tileHeight, tiles);
  return mixed(data, size.width, tables, tiles, across, down);
}

/** The same in WebAssembly; null if it has no kernel for it. */
function equalizedSimd(
  data: Whole,
  { width, height }: Size,
  clipLimit: number,
  tiles: number,
  [tileWidth, tileHeight]: TileSize,
): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const row = 4 * 256 * tiles;
  const claimed = claim(
    data.length,
    data.length,
    1024,
    tiles * row,
    2 * row,
    4 * width,
    4 * width,
    8 * width,
  );
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [src, out, counts, tables, pairs, left, right, fx] = at as Eight;
  bytes.set(data, src);
  const area = tileWidth * tileHeight;
  const limit = limitOf(clipLimit, area, 256);
  for (let i = 0; i < tiles * tiles; i++) {
    const [x, y] = [(i % tiles) * tileWidth, Math.floor(i / tiles) * tileHeight];
    const table = tables + 1024 * i;
    kernels.tileTable(src, width, height, x, y, tileWidth, tileHeight, limit, 255 / area, counts, table);
  }
  const across = neighbours(width, tileWidth, tiles);
  const down = neighbours(height, tileHeight, tiles);
  new Uint32Array(bytes.buffer, left, width).set(across.first.map((tile) => 2048 * tile));
  new Uint32Array(bytes.buffer, right, width).set(across.second.map((tile) => 2048 * tile));
  new Float64Array(bytes.buffer, fx, width).set(across.share);
  let paired = '';
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [down.first[y]!, down.second[y]!];
    if (paired !== `${top} ${bottom}`) {
      kernels.pairTables(tables + row * top, tables + row * bottom, pairs, 256 * tiles);
      paired = `${top} ${bottom}`;
    }
    const skip = y * width;
    kernels.mixTiles(src + skip, out + skip, width, pairs, left, right, fx, down.share[y]!);
  }
  return copyOf(bytes, out, out + data.length);
}

type Eight = [number, number, number, number, number, number, number, number];
type TileSize = [width: number, height: number];

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

/** The largest count of a level in a tile of this area; 0 for no limit. */
function limitOf(clipLimit: number, area: number, levels: number): number {
  if (clipLimit <= 0) return 0;
  // No count is above the area.
  return Math.min(area, Math.max(1, Math.trunc((clipLimit * area) / levels)));
}

/** Clips the histogram at the limit, unless that is 0, and distributes the excess over all levels. */
function clip(counts: Int32Array, limit: number): void {
  if (limit === 0) return;
  const levels = counts.length;
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

function mixed(
  data: Whole,
  width: number,
  tables: Float32Array,
  tiles: number,
  across: Neighbours,
  down: Neighbours,
): Whole {
  const out = samplesLike(data, data.length);
  const levels = maximum(data) + 1;
  for (let y = 0, i = 0; i < data.length; y++) {
    const top = down.first[y]! * tiles * levels;
    const bottom = down.second[y]! * tiles * levels;
    const fy = down.share[y]!;
    for (let x = 0; x < width; x++, i++) {
      const left = across.first[x]! * levels + data[i]!;
      const right = across.second[x]! * levels + data[i]!;
      const fx = across.share[x]!;
      const upper = tables[top + left]! + (tables[top + right]! - tables[top + left]!) * fx;
      const lower = tables[bottom + left]! + (tables[bottom + right]! - tables[bottom + left]!) * fx;
      out[i] = upper + (lower - upper) * fy + 0.5;
    }
  }
  return out;
}

interface Neighbours {
  /** The tile before each position. */
  readonly first: Int32Array;
  /** The tile after it. */
  readonly second: Int32Array;
  /** Weight of the second tile, 0..1. */
  readonly share: Float64Array;
}

/** The two tiles between whose centres each position lies. */
function neighbours(length: number, tile: number, tiles: number): Neighbours {
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const share = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const position = i / tile - 0.5;
    const before = Math.floor(position);
    first[i] = Math.max(0, before);
    second[i] = Math.min(tiles - 1, before + 1);
    share[i] = position - before;
  }
  return { first, second, share };
}
