import * as tfl from '@tensorflow/tfjs-layers';
import { BLUR_FILTERS, FixedBlur } from '../layers/blur.js';
import { FixedUpsampling } from '../layers/fixed-upsampling.js';
import type { Initializers } from './initializers.js';

type Symbolic = tfl.SymbolicTensor;

/**
 * How a generator doubles its images: a transposed convolution of stride 2 with `kernelSize`, then a fixed filter. The two
 * together are a transposed convolution with a larger filter, kernel ∗ taps, but cost less, and the kernel alone is learnt.
 *
 * `bilinear` is bilinear enlargement followed by a 3 × 3 convolution, with zeros around the image. Both are linear, so it is
 * computed in the other order, with a quarter of the products: a 3 × 3 transposed convolution, then the taps of
 * bilinear enlargement.
 */
const FILTERS: Readonly<Record<Upsampling, { kernelSize: number; taps?: readonly number[] }>> = {
  transposed: { kernelSize: 4 },
  'transposed-1-2-1': { kernelSize: 4, taps: BLUR_FILTERS['1-2-1'] },
  'transposed-1-3-3-1': { kernelSize: 5, taps: BLUR_FILTERS['1-3-3-1'] },
  'transposed-notch': { kernelSize: 4, taps: BLUR_FILTERS.notch },
  bilinear: { kernelSize: 3, taps: [1 / 4, 3 / 4, 3 / 4, 1 / 4] },
};

/** Names of the ways to double an image. */
export const UPSAMPLINGS = [
  'transposed',
  'transposed-1-2-1',
  'transposed-1-3-3-1',
  'transposed-notch',
  'bilinear',
] as const;

/** A way to double an image. */
export type Upsampling = (typeof UPSAMPLINGS)[number];

interface EnlargeOptions {
  upsampling: Upsampling;
  filters: number;
  name: string;
  useBias: boolean;
  initial: Initializers;
  /** See `Initializers.kernel`. */
  gain?: 1 | 2;
}

/** Doubles height and width: `[n, h, w, c]` → `[n, 2h, 2w, filters]`. */
export function enlarge(x: Symbolic, options: EnlargeOptions): Symbolic {
  const { upsampling, filters, name, useBias, initial, gain } = options;
  const { kernelSize, taps } = FILTERS[upsampling];
  const fanIn = (kernelSize ** 2 / 4) * x.shape[3]!;
  const y = tfl.layers
    .conv2dTranspose({
      filters,
      kernelSize,
      strides: 2,
      padding: taps ? 'valid' : 'same',
      useBias: useBias && !taps,
      kernelInitializer: initial.kernel(fanIn, gain),
      name,
    })
    .apply(x) as Symbolic;
  if (!taps) return y;
  // The transposed convolution gives 2h + kernelSize − 2 rows, and the filter takes taps − 1 away.
  const padding = (taps.length + 1 - kernelSize) / 2;
  const padded = padding === 0 ? y : tfl.layers.zeroPadding2d({ padding, name: `${name}_pad` }).apply(y);
  return new FixedBlur({ name: `${name}_blur`, taps, useBias }).apply(padded as Symbolic) as Symbolic;
}

/** The side of the learnt kernel. */
export function kernelSizeOf(upsampling: Upsampling): number {
  return FILTERS[upsampling].kernelSize;
}

/** How many fixed numbers come with an enlargement to `filters` features. */
export function countTaps(upsampling: Upsampling, filters: number): number {
  return (FILTERS[upsampling].taps?.length ?? 0) ** 2 * filters;
}

/** Doubles an image bilinearly, zeros around it, with nothing to learn: `[n, h, w, c]` → `[n, 2h, 2w, c]`. */
export function enlargeImage(x: Symbolic, name: string): Symbolic {
  return new FixedUpsampling({ channels: x.shape[3]!, name }).apply(x) as Symbolic;
}
