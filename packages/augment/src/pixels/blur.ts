import { clip, type Image, maximum, type Pixels, type Raster, raster, toImage } from '../image.js';
import { copyOf, samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { reflectIndex } from '../warp/sampling.js';

/** Convolves with a Gaussian cut off at `radius` pixels, first along rows, then along columns, in single precision. */
export function blur(image: Image, sigma: number, radius: number): Image {
  const source = raster(image);
  const weights = gaussian(sigma, radius);
  return toImage(blurredSimd(source, weights) ?? blurred(source, weights), source, source.channels);
}

function blurred({ data, width, height, channels }: Raster, weights: Float32Array): Pixels {
  const radius = weights.length - 1;
  const out = samplesLike(data, data.length);
  const bias = data instanceof Float32Array ? 0 : 0.5;
  // Rows blurred along x, kept until no further row needs them.
  const rows = new Map<number, Float32Array>();
  const sums = new Float32Array(width * channels);
  const padded = new Float32Array((width + 2 * radius) * channels);
  for (let y = 0; y < height; y++) {
    const at = (i: number) => {
      const index = reflectIndex(i, height);
      let row = rows.get(index);
      if (!row) {
        row = new Float32Array(width * channels);
        padRow(data, index * width * channels, width, channels, radius, padded);
        alongRow(padded, channels, weights, row);
        rows.set(index, row);
      }
      return row;
    };
    scale(at(y), weights[0]!, sums);
    for (let k = 1; k <= radius; k++) addPair(at(y - k), at(y + k), weights[k]!, sums);
    store(sums, out, y * width * channels, bias);
    rows.delete(y - radius - 1);
  }
  return out;
}

/** The same in WebAssembly, with all sums in single precision; null if it has no kernel. */
function blurredSimd({ data, width, height, channels }: Raster, weights: Float32Array): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const radius = weights.length - 1;
  const row = width * channels;
  // A ring of rows fits in the cache; a whole image of floats would not. Rows are worked on 16 samples at a time.
  const ring = 2 * radius + 1;
  const stride = Math.ceil(row / 16) * 64;
  const wide = stride + 8 * radius * channels + 64;
  const claimed = claim(data.length, data.length, 4 * weights.length, wide, ring * stride, 4 * ring);
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const [src, out, factors, floats, rows, list] = at as [number, number, number, number, number, number];
  bytes.set(data, src);
  new Float32Array(bytes.buffer, factors, weights.length).set(weights);
  kernels.blurImage(src, out, height, width, channels, factors, radius, floats, rows, stride, list);
  return copyOf(bytes, out, out + data.length);
}

/** The weights from the centre outwards; with both sides they add up to 1. */
function gaussian(sigma: number, radius: number): Float32Array {
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = weights.reduce((total, weight) => total + 2 * weight, -weights[0]!);
  return Float32Array.from(weights, (weight) => weight / sum);
}

function padRow(
  data: Pixels,
  start: number,
  width: number,
  channels: number,
  radius: number,
  padded: Pixels,
): void {
  padded.set(data.subarray(start, start + width * channels), radius * channels);
  for (let i = -radius; i < width + radius; i++) {
    if (i === 0) i = width;
    const from = start + reflectIndex(i, width) * channels;
    for (let c = 0; c < channels; c++) padded[(i + radius) * channels + c] = data[from + c]!;
  }
}

function alongRow(padded: Float32Array, channels: number, weights: Float32Array, out: Float32Array): void {
  const radius = weights.length - 1;
  for (let x = 0; x < out.length; x++) {
    const middle = x + radius * channels;
    let sum = padded[middle]! * weights[0]!;
    for (let k = 1, d = channels; k <= radius; k++, d += channels) {
      sum += (padded[middle - d]! + padded[middle + d]!) * weights[k]!;
    }
    out[x] = sum;
  }
}

function scale(row: Float32Array, weight: number, out: Float32Array): void {
  for (let x = 0; x < out.length; x++) out[x] = row[x]! * weight;
}

function addPair(a: Float32Array, b: Float32Array, weight: number, out: Float32Array): void {
  for (let x = 0; x < out.length; x++) out[x] = out[x]! + (a[x]! + b[x]!) * weight;
}

function store(sums: Float32Array, out: Pixels, at: number, bias: number): void {
  // Weights in single precision may add up to slightly more than 1.
  const max = maximum(out);
  for (let x = 0; x < sums.length; x++) out[at + x] = clip(sums[x]! + bias, max);
}
