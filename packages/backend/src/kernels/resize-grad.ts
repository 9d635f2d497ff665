import type { ResizeBilinearAttrs } from '@tensorflow/tfjs-core';
import type { PlainKernel } from './plain.js';

type Placing = Pick<ResizeBilinearAttrs, 'alignCorners' | 'halfPixelCenters'>;

/** The source of one output row or column: two input pixels and the weight of the second. */
interface Source {
  low: number;
  high: number;
  share: number;
}

/** Input pixels for each output pixel, as in TensorFlow.js's forward kernels. */
function ratio(from: number, to: number, { alignCorners }: Placing): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

function bilinear(from: number, to: number, placing: Placing): Source[] {
  const step = ratio(from, to, placing);
  return Array.from({ length: to }, (_, i) => {
    const place = placing.halfPixelCenters ? step * (i + 0.5) - 0.5 : step * i;
    const low = Math.max(0, Math.floor(place));
    return { low, high: Math.max(0, Math.min(from - 1, Math.ceil(place))), share: place - low };
  });
}

function nearest(from: number, to: number, placing: Placing): Source[] {
  const step = ratio(from, to, placing);
  return Array.from({ length: to }, (_, i) => {
    const place = placing.halfPixelCenters ? step * (i + 0.5) : step * i;
    const at = Math.min(from - 1, placing.alignCorners ? Math.round(place) : Math.floor(place));
    return { low: at, high: at, share: 0 };
  });
}

/** The adjoint of a resize: each output pixel's dy goes to the pixels that it was computed from, by their weights. */
function gradient(name: string, sources: typeof bilinear): PlainKernel {
  return {
    name,
    inputs: ['dy'],
    plan: ({ images, dy }, attrs: Placing) => {
      const [batch, height, width, channels] = images!.shape as [number, number, number, number];
      const [, outHeight, outWidth] = dy!.shape as [number, number, number, number];
      const rows = sources(height, outHeight, attrs);
      const columns = sources(width, outWidth, attrs);
      return {
        shape: images!.shape,
        fill: (dx, dy) => {
          let from = 0;
          const add = (b: number, y: number, x: number, share: number): void => {
            if (share === 0) return;
            const to = ((b * height + y) * width + x) * channels;
            for (let c = 0; c < channels; c++) dx[to + c] = dx[to + c]! + dy[from + c]! * share;
          };
          for (let b = 0; b < batch; b++) {
            for (const row of rows) {
              for (const column of columns) {
                add(b, row.low, column.low, (1 - row.share) * (1 - column.share));
                add(b, row.low, column.high, (1 - row.share) * column.share);
                add(b, row.high, column.low, row.share * (1 - column.share));
                add(b, row.high, column.high, row.share * column.share);
                from += channels;
              }
            }
          }
        },
      };
    },
  };
}

/**
 * Gradients of resizing. The stock ones ignore half-pixel centres; the cpu backend's are wrong from the second image of a
 * batch on, and for images that are not square.
 */
export const RESIZE_GRADIENTS: readonly PlainKernel[] = [
  gradient('ResizeBilinearGrad', bilinear),
  gradient('ResizeNearestNeighborGrad', nearest),
];
