import type { backend_util } from '@tensorflow/tfjs-core';

/** Depth, height and width. */
type Three = readonly [number, number, number];

/** The windows of a pool or a convolution, in images or volumes with the channels last. */
export interface Windows {
  batch: number;
  /** Sizes of the input, of the output and of a window. */
  size: Three;
  out: Three;
  window: Three;
  strides: Three;
  dilations: Three;
  /** Padding before the first pixel. */
  before: Three;
}

/** The windows of a pool or a convolution of images, as volumes of depth 1. */
export function windows2d(info: backend_util.Conv2DInfo): Windows {
  return {
    batch: info.batchSize,
    size: [1, info.inHeight, info.inWidth],
    out: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    dilations: [1, info.dilationHeight, info.dilationWidth],
    before: [0, info.padInfo.top, info.padInfo.left],
  };
}

/** The windows of a pool or a convolution of volumes. */
export function windows3d(info: backend_util.Conv3DInfo): Windows {
  return {
    batch: info.batchSize,
    size: [info.inDepth, info.inHeight, info.inWidth],
    out: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  };
}

/** At one position along one axis: the taps that meet a pixel, and those pixels. */
interface Axis {
  taps: number[];
  pixels: number[];
}

/**
 * Calls `visit` for each window, in the order of the output. The first `count` entries of `pixels` are the window's
 * pixels (counted over the whole batch, without channels); those of `taps` are their places in the window.
 */
export function eachWindow(
  windows: Windows,
  visit: (position: number, pixels: Int32Array, taps: Int32Array, count: number) => void,
): void {
  const { batch, size, out, window } = windows;
  const [depths, rows, columns] = [0, 1, 2].map((axis) => axisOf(windows, axis)) as [Axis[], Axis[], Axis[]];
  const pixels = new Int32Array(window[0] * window[1] * window[2]);
  const taps = new Int32Array(pixels.length);
  let position = 0;
  for (let b = 0; b < batch; b++) {
    for (let d = 0; d < out[0]; d++) {
      for (let h = 0; h < out[1]; h++) {
        for (let w = 0; w < out[2]; w++) {
          const [z, y, x] = [depths[d]!, rows[h]!, columns[w]!];
          let count = 0;
          for (let i = 0; i < z.taps.length; i++) {
            for (let j = 0; j < y.taps.length; j++) {
              const row = ((b * size[0] + z.pixels[i]!) * size[1] + y.pixels[j]!) * size[2];
              const tap = (z.taps[i]! * window[1] + y.taps[j]!) * window[2];
              for (let k = 0; k < x.taps.length; k++) {
                pixels[count] = row + x.pixels[k]!;
                taps[count++] = tap + x.taps[k]!;
              }
            }
          }
          visit(position++, pixels, taps, count);
        }
      }
    }
  }
}

function axisOf({ size, out, window, strides, dilations, before }: Windows, axis: number): Axis[] {
  return Array.from({ length: out[axis]! }, (_, position) => {
    const found: Axis = { taps: [], pixels: [] };
    for (let tap = 0; tap < window[axis]!; tap++) {
      const pixel = position * strides[axis]! + tap * dilations[axis]! - before[axis]!;
      if (pixel < 0 || pixel >= size[axis]!) continue;
      found.taps.push(tap);
      found.pixels.push(pixel);
    }
    return found;
  });
}
