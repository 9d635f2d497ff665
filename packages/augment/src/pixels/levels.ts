import { samples } from '@cxr/image';
import { clip, type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { onBytes, readBytes } from '../simd/on-bytes.js';
import { tableParts } from './table-parts.js';

/** Maps a value to another; both in 0..max, where max is 255, 65535 or 1. */
export type Curve = (value: number, max: number) => number;

/**
 * Applies a curve to every sample. Results are clipped to 0..max; integer types drop the fraction, as Pillow does. For integer
 * types the curve is called once for each level, not for each pixel.
 */
export function mapLevels(image: Image, curve: Curve): Image {
  const source = raster(image);
  const out = mapped(source.data, curve);
  return toImage(out, source, source.channels);
}

function mapped(data: Pixels, curve: Curve): Pixels {
  const max = maximum(data);
  const clipped = (value: number) => clip(curve(value, max), max);
  if (data instanceof Float32Array) return data.map(clipped);
  const table = samples(data, max + 1);
  for (let level = 0; level <= max; level++) table[level] = clipped(level);
  const fast = table instanceof Uint8Array ? lookUp8(data, table) : null;
  if (fast) return fast;
  const out = samplesLike(data, data.length);
  for (let i = 0; i < data.length; i++) out[i] = table[data[i]!]!;
  return out;
}

/** Fewer samples are looked up one by one: preparing anything else for them takes longer. */
const FEW = 2 ** 14;
const PAIR_TABLE = 2 ** 17;

/** Applies a table of 256 levels in WebAssembly; null without it. */
function lookUp8(data: Pixels, table: Uint8Array): Uint8Array | null {
  if (data.length < FEW) return lookUpSingly(data, table);
  const parts = tableParts(table);
  return parts ? addParts(data, parts) : lookUpPairs(data, table);
}

function lookUpSingly(data: Pixels, table: Uint8Array): Uint8Array | null {
  return onBytes(data, (kernels, { src, count }, levels) => kernels.lookUp(src, src, levels, count), {
    inPlace: true,
    extra: table.length,
    prepare: ({ bytes, at }) => bytes.set(table, at[2]),
  });
}

function addParts(data: Pixels, parts: Uint8Array): Uint8Array | null {
  return onBytes(data, (kernels, { src, count }, at) => kernels.addParts(src, at, count, 15), {
    inPlace: true,
    extra: parts.length,
    prepare: ({ bytes, at }) => bytes.set(parts, at[2]),
  });
}

function lookUpPairs(data: Pixels, table: Uint8Array): Uint8Array | null {
  return onBytes(data, (kernels, { src, count }, pairs) => kernels.lookUpPairs(src, src, pairs, count), {
    inPlace: true,
    extra: PAIR_TABLE + table.length,
    prepare({ kernels, bytes, at }) {
      const single = at[2]! + PAIR_TABLE;
      bytes.set(table, single);
      kernels.pairTable(single, at[2]!);
    },
  });
}

/** Counts of each level in one channel: 256 or 65536 of them. */
export function histogram(data: Uint8Array | Uint16Array, channel: number, channels: number): Uint32Array {
  const fast = channels === 1 && data instanceof Uint8Array ? histogram8(data) : null;
  if (fast) return fast;
  const counts = new Uint32Array(maximum(data) + 1);
  for (let i = channel; i < data.length; i += channels) counts[data[i]!]!++;
  return counts;
}

/** The same in WebAssembly, as eight partial histograms; null without WebAssembly SIMD. */
function histogram8(data: Uint8Array): Uint32Array | null {
  let parts: Uint32Array | undefined;
  const counted = readBytes(data, 4 * 8 * 256, (kernels, { src, count }, { bytes, at }) => {
    parts ??= new Uint32Array(bytes.buffer, at[1], 8 * 256).fill(0);
    kernels.histogram(src, at[1]!, count);
  });
  if (!counted) return null;
  const counts = new Uint32Array(256);
  parts?.forEach((count, i) => {
    counts[i & 255]! += count;
  });
  return counts;
}

/** The smallest and the largest sample of an 8-bit grey image; null for others, and without WebAssembly SIMD. */
export function extremesOf(image: Image): readonly [smallest: number, largest: number] | null {
  const { data, channels } = raster(image);
  if (channels !== 1) return null;
  let [low, high] = [255, 0];
  const read = readBytes(data, 0, (kernels, { src, count }, { bytes }) => {
    // The kernel takes 16 at a time: the last sample again changes neither.
    bytes.fill(bytes[src + count - 1]!, src + count, src + count + 15);
    const both = kernels.extremes(src, count);
    low = Math.min(low, both & 255);
    high = Math.max(high, both >> 8);
  });
  return read ? [low, high] : null;
}

/** Makes a table from each channel's histogram and applies it. Float32 is rounded to 65536 levels first. */
export function mapByHistogram(image: Image, table: (counts: Uint32Array, channel: number) => Curve): Image {
  const source = raster(image);
  const { channels } = source;
  const data = toLevels(source.data);
  const out =
    channels === 1 ? mapped(data, table(histogram(data, 0, 1), 0)) : mappedChannels(data, channels, table);
  return toImage(fromLevels(out, source.data), source, channels);
}

/** Samples as integer levels: floats are rounded to 16 bits; integer types are returned as they are, not copied. */
export function toLevels(data: Pixels): Uint8Array | Uint16Array {
  if (!(data instanceof Float32Array)) return data;
  return Uint16Array.from(data, (value) => clip(value, 1) * 65535 + 0.5);
}

/** Levels back to the type of the samples they came from. */
export function fromLevels(levels: Pixels, like: Pixels): Pixels {
  return like instanceof Float32Array ? Float32Array.from(levels, (level) => level / 65535) : levels;
}

function mappedChannels(
  data: Uint8Array | Uint16Array,
  channels: number,
  table: (counts: Uint32Array, channel: number) => Curve,
): Pixels {
  const max = maximum(data);
  const out = samplesLike(data, data.length);
  for (let c = 0; c < channels; c++) {
    const curve = table(histogram(data, c, channels), c);
    const levels = new Uint16Array(max + 1);
    for (let level = 0; level <= max; level++) levels[level] = clip(curve(level, max), max);
    for (let i = c; i < data.length; i += channels) out[i] = levels[data[i]!]!;
  }
  return out;
}
