import { clip, type Image, type Pixels, raster, type Size, toImage } from '../image.js';
import { copyOf, recycle, samplesLike } from '../memory.js';
import { claim, type Kernels } from '../simd/module.js';
import type { Interpolation } from '../warp/sampling.js';

/** The filters of Pillow's `Image.resize`: unlike those of a warp, they widen when shrinking, so no pixel is left out. */
const FILTERS: Record<Exclude<Interpolation, 'nearest'>, { support: number; weight(x: number): number }> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: keysCubic },
};

/** Pillow weighs 8-bit pixels in whole numbers of 2^-22. */
const UNIT = 2 ** 22;

/** Resizes an image. Equals Pillow's `Image.resize` to the bit on Uint8. */
export function resample(image: Image, size: Size, interpolation: Interpolation): Image {
  const { data, width, height, channels } = raster(image);
  if (size.width === width && size.height === height) return image;
  if (interpolation === 'nearest') return nearest(image, size);
  let result: Pixels = data;
  const whole = data instanceof Uint8Array;
  if (size.width !== width) {
    result = alongRows(result, height, width, channels, filterTaps(width, size.width, interpolation, whole));
  }
  if (size.height !== height) {
    const rows = result;
    const taps = filterTaps(height, size.height, interpolation, whole);
    result = alongColumns(rows, size.width * channels, taps);
    if (rows !== data) recycle(toImage(rows, { height, width: size.width }, channels));
  }
  return toImage(result, size, channels);
}

interface Taps {
  /** First source sample of each output. */
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Room for taps an output: a multiple of 4, beyond its count of weight 0. */
  readonly most: number;
  /** `[outputs, most]` */
  readonly weights: Float64Array;
}

function filterTaps(from: number, to: number, interpolation: 'bilinear' | 'bicubic', whole: boolean): Taps {
  const filter = FILTERS[interpolation];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const most = Math.ceil((Math.ceil(support) * 2 + 1) / 4) * 4;
  const taps = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    most,
    weights: new Float64Array(to * most),
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    const weights = taps.weights.subarray(i * most, i * most + count);
    let sum = 0;
    for (let k = 0; k < count; k++) {
      weights[k] = filter.weight((k + start - centre + 0.5) * (1 / stretch));
      sum += weights[k]!;
    }
    for (let k = 0; k < count; k++) {
      weights[k]! /= sum;
      if (whole) weights[k] = Math.trunc(weights[k]! * UNIT + (weights[k]! < 0 ? -0.5 : 0.5));
    }
    taps.starts[i] = start;
    taps.counts[i] = count;
  }
  return taps;
}

// On Uint8 the weights are whole numbers whose sums stay far below 2^53: doubles hold them exactly.

/** The passes in WebAssembly; null where it has no kernel. */
function simdPass(
  data: Pixels,
  length: number,
  taps: Taps,
  run: (kernels: Kernels, src: number, out: number, starts: number, counts: number, weights: number) => void,
): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const tapBytes = 4 * taps.starts.length;
  const claimed = claim(data.length, length, tapBytes, tapBytes, tapBytes * taps.most);
  if (claimed === null) return null;
  const { bytes, at } = claimed;
  const [src, out, starts, counts, weights] = at as [number, number, number, number, number];
  bytes.set(data, src);
  new Int32Array(bytes.buffer, starts, taps.starts.length).set(taps.starts);
  new Int32Array(bytes.buffer, counts, taps.counts.length).set(taps.counts);
  new Int32Array(bytes.buffer, weights, taps.weights.length).set(taps.weights);
  run(claimed.kernels, src, out, starts, counts, weights);
  return copyOf(bytes, out, out + length);
}

function alongRows(data: Pixels, height: number, width: number, channels: number, taps: Taps): Pixels {
  const { starts, counts, most, weights } = taps;
  const length = starts.length;
  const fast = simdPass(data, height * length * channels, taps, (kernels, src, out, ...tables) =>
    kernels.resampleRows(src, out, height, width, channels, length, ...tables, most),
  );
  if (fast) return fast;
  const out = samplesLike(data, height * length * channels);
  const sums = new Float64Array(length * channels);
  for (let y = 0; y < height; y++) {
    let at = 0;
    for (let x = 0; x < length; x++) {
      const first = (y * width + starts[x]!) * channels;
      const end = x * most + counts[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = x * most, i = first + c; k < end; k++, i += channels) sum += data[i]! * weights[k]!;
        sums[at++] = sum;
      }
    }
    store(sums, out, y * length * channels);
  }
  return out;
}

function alongColumns(data: Pixels, rowLength: number, taps: Taps): Pixels {
  const { starts, counts, most, weights } = taps;
  const fast = simdPass(data, starts.length * rowLength, taps, (kernels, src, out, ...tables) =>
    kernels.resampleColumns(src, out, rowLength, starts.length, ...tables, most),
  );
  if (fast) return fast;
  const out = samplesLike(data, starts.length * rowLength);
  const sums = new Float64Array(rowLength);
  for (let y = 0; y < starts.length; y++) {
    sums.fill(0);
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * most + k]!;
      const row = (starts[y]! + k) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] = sums[x]! + data[row + x]! * weight;
    }
    store(sums, out, y * rowLength);
  }
  return out;
}

/** Rounds, cuts the overshoot of the cubic off, and stores a row. */
function store(sums: Float64Array, out: Pixels, at: number): void {
  if (out instanceof Uint8Array) {
    for (let x = 0; x < sums.length; x++) {
      const value = (sums[x]! + UNIT / 2) / UNIT;
      out[at + x] = clip(value, 255);
    }
  } else {
    const [bias, max] = out instanceof Uint16Array ? [0.5, 65535] : [0, 1];
    for (let x = 0; x < sums.length; x++) out[at + x] = clip(sums[x]! + bias, max);
  }
}

function nearest(image: Image, size: Size): Image {
  const { data, width, height, channels } = raster(image);
  const columns = nearestIndices(width, size.width);
  const rows = nearestIndices(height, size.height);
  const out = samplesLike(data, size.height * size.width * channels);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const i = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[i + c]!;
    }
  }
  return toImage(out, size, channels);
}

/** By repeated addition, as Pillow does. */
function nearestIndices(from: number, to: number): Int32Array {
  const indices = new Int32Array(to);
  const step = from / to;
  let position = step * 0.5;
  for (let i = 0; i < to; i++, position += step) indices[i] = Math.min(from - 1, Math.trunc(position));
  return indices;
}

/** Keys' cubic convolution with a = −0.5. */
function keysCubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * -0.5;
  return 0;
}
