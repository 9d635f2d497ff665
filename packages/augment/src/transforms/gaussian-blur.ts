import { checkOptions, checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { blur } from '../pixels/blur.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `gaussianBlur`. */
export interface GaussianBlurOptions extends TransformOptions {
  /** Standard deviation, pixels, 0.01..1000. */
  sigma: NumberRange;
  /** Width of the kernel, pixels, odd. @default 2 ⌈3 sigma⌉ + 1 */
  kernelSize?: number | undefined;
}

/** What `gaussianBlur` draws; units as in its options. */
export type GaussianBlurParams = { readonly sigma: number };

const LIMITS = { sigma: [0.01, 1000] } as const;

/** Smooths, mirroring the image at its border: torchvision's `gaussian_blur`. */
export function gaussianBlur(options: GaussianBlurOptions): Transform<GaussianBlurParams> {
  checkOptions<GaussianBlurOptions>('gaussianBlur', options, { sigma: true, kernelSize: true, p: true });
  const sigma = checkRange('sigma', options.sigma, ...LIMITS.sigma);
  const { kernelSize } = options;
  if (kernelSize !== undefined && checkWhole('kernelSize', kernelSize, 1) % 2 === 0) {
    throw new RangeError(`invalid kernelSize: ${kernelSize} (not odd)`);
  }
  return photometric({
    name: 'gaussianBlur',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ sigma: drawFrom(rng, sigma) }),
    apply: (image, params) =>
      blur(image, params.sigma, kernelSize === undefined ? Math.ceil(3 * params.sigma) : kernelSize >> 1),
  });
}
