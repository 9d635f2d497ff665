import type { backend_util } from '@tensorflow/tfjs-core';

/** The sizes of a convolution, with names for the axes that matter to the unfolding. */
export interface Geometry {
  /** The image that is unfolded. */
  batch: number;
  height: number;
  width: number;
  channels: number;
  /** The output positions: each is a row of the unfolded matrix. */
  rows: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  kernelHeight: number;
  kernelWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  top: number;
  left: number;
}

/** The geometry of a convolution, as tfjs computes it from shapes, strides and padding. */
export function geometry(info: backend_util.Conv2DInfo): Geometry {
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    rows: info.batchSize * info.outHeight * info.outWidth,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    kernelHeight: info.filterHeight,
    kernelWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** The same convolution of fewer images. */
export function partOfBatch(g: Geometry, batch: number): Geometry {
  return { ...g, batch, rows: batch * g.outHeight * g.outWidth };
}

/** The taps of the kernel: its height times its width. */
export function taps(g: Geometry): number {
  return g.kernelHeight * g.kernelWidth;
}

/** Weights of the filter. */
export function filterSize(g: Geometry): number {
  return taps(g) * g.channels * g.outChannels;
}

/** The geometry with x and y exchanged, for the filter turned by 180°. */
export function exchanged(g: Geometry): Geometry {
  return {
    ...g,
    height: g.outHeight,
    width: g.outWidth,
    channels: g.outChannels,
    rows: g.batch * g.height * g.width,
    outHeight: g.height,
    outWidth: g.width,
    outChannels: g.channels,
    top: (g.kernelHeight - 1) * g.dilationHeight - g.top,
    left: (g.kernelWidth - 1) * g.dilationWidth - g.left,
  };
}

/** True for a 1 × 1 kernel at every position: the unfolded image is the image itself. */
export function isUnfolded(g: Geometry): boolean {
  const whole = g.outHeight === g.height && g.outWidth === g.width;
  return whole && taps(g) === 1 && g.strideHeight === 1 && g.strideWidth === 1 && g.top === 0 && g.left === 0;
}
