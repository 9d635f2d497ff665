import { clip, type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { onBytes } from '../simd/on-bytes.js';

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
  if (data instanceof Uint8Array) {
    return lookUp8(
      data,
      Uint8Array.from({ length: 256 }, (_, level) => clipped(level)),
    );
  }
  if (data instanceof Uint16Array) {
    const table = new Uint16Array(65536);
    for (let level = 0; level < 65536; level++) table[level] = clipped(level);
    const out = new Uint16Array(data.length);
    for (let i = 0; i < data.length; i++) out[i] = table[data[i]!]!;
    return out;
  }
  return data.map(clipped);
}

/** Applies a table of 256 levels. */
function lookUp8(data: Uint8Array, table: Uint8Array): Uint8Array {
  const fast = onBytes(
    data,
    (kernels, src, out, { bytes, at }) => {
      const levels = at[2]!;
      bytes.set(table, levels);
      kernels.lookUp(src, out, levels, data.length);
    },
    table.length,
  );
  return fast ?? data.map((level) => table[level]!);
}

/** Counts of each level in one channel: 256 or 65536 of them. */
function histogram(data: Uint8Array | Uint16Array, channel: number, channels: number): Uint32Array {
  const fast = channels === 1 && data instanceof Uint8Array ? histogram8(data) : null;
  if (fast) return fast;
  const counts = new Uint32Array(maximum(data) + 1);
  for (let i = channel; i < data.length; i += channels) counts[data[i]!]!++;
  return counts;
}

/** The same in WebAssembly, as four partial histograms; null without WebAssembly SIMD. */
function histogram8(data: Uint8Array): Uint32Array | null {
  const claimed = claim(data.length, 4096);
  if (claimed === null) return null;
  const [src, parts] = claimed.at as [number, number];
  claimed.bytes.set(data, src);
  const four = new Uint32Array(claimed.bytes.buffer, parts, 1024).fill(0);
  claimed.kernels.histogram(src, parts, data.length);
  const counts = new Uint32Array(256);
  for (let i = 0; i < 1024; i++) counts[i & 255]! += four[i]!;
  return counts;
}

/** Makes a table from each channel's histogram and applies it. Float32 is rounded to 65536 levels first. */
export function mapByHistogram(image: Image, table: (counts: Uint32Array) => Curve): Image {
  const source = raster(image);
  const { channels } = source;
  const data = toLevels(source.data);
  const out =
    channels === 1 ? mapped(data, table(histogram(data, 0, 1))) : mappedChannels(data, channels, table);
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
  table: (counts: Uint32Array) => Curve,
): Pixels {
  const max = maximum(data);
  const out = samplesLike(data, data.length);
  for (let c = 0; c < channels; c++) {
    const curve = table(histogram(data, c, channels));
    const levels = new Uint16Array(max + 1);
    for (let level = 0; level <= max; level++) levels[level] = clip(curve(level, max), max);
    for (let i = c; i < data.length; i += channels) out[i] = levels[data[i]!]!;
  }
  return out;
}
