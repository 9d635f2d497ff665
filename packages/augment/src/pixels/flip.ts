import { type Image, type Pixels, type Raster, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import type { Kernels } from '../simd/kernels.js';
import { onBytes, type Strip } from '../simd/on-bytes.js';

/** Mirrors left and right. */
export function flipColumns(image: Image): Image {
  const source = raster(image);
  const { data, width, channels } = source;
  const run = (kernels: Kernels, { src, count }: Strip) => kernels.mirrorRows(src, width, count / width);
  const fast = channels === 1 ? onBytes(data, run, { unit: width, inPlace: true }) : null;
  return toImage(fast ?? flippedColumns(source), source, channels);
}

function flippedColumns({ data, width, height, channels }: Raster): Pixels {
  const out = samplesLike(data, data.length);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    let i = (y + 1) * row - channels;
    for (let o = y * row; o < (y + 1) * row; o += channels, i -= channels) {
      for (let c = 0; c < channels; c++) out[o + c] = data[i + c]!;
    }
  }
  return out;
}

/** Mirrors top and bottom. */
export function flipRows(image: Image): Image {
  const source = raster(image);
  const { data, width, height, channels } = source;
  const row = width * channels;
  const run = (kernels: Kernels, { src, count }: Strip) => kernels.swapRows(src, row, count / row);
  const fast = onBytes(data, run, { unit: row, mirrored: true, inPlace: true });
  if (fast) return toImage(fast, source, channels);
  const last = (height - 1) * row;
  const out = samplesLike(data, data.length);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * row, (y + 1) * row), last - y * row);
  return toImage(out, source, channels);
}

/** Quarter turns counter-clockwise: 2 for any image, 1 and 3 for a square one. */
export function turn(image: Image, quarters: number): Image {
  if (quarters === 2) return flipColumns(flipRows(image));
  return quarters === 1 ? flipRows(transpose(image)) : flipColumns(transpose(image));
}

function transpose(image: Image): Image {
  const { data, width, height, channels }: Raster = raster(image);
  const out = samplesLike(data, data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        out[(x * height + y) * channels + c] = data[(y * width + x) * channels + c]!;
      }
    }
  }
  return toImage(out, { height: width, width: height }, channels);
}
