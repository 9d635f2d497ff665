import {
  checkOptions,
  fitImage,
  type ImageSet,
  imagesOf,
  type KnownOptions,
  type NamedImage,
} from '@cxr/image';
import type { NdArray } from 'ndarray';
import { ACTIVATIONS_OPTIONS, type ActivationsOptions, activations } from './activations.js';
import { assertEngine, assertPositive, type InceptionEngine } from './engines/engine.js';
import { type CompareOptions, type Comparison, compareActivations } from './metrics/compare-activations.js';

/** Options of `ceiling`. */
export interface CeilingOptions extends ActivationsOptions, CompareOptions {
  /** The network. */
  engine: InceptionEngine;
  /** Width and height of the fakes in pixels, at least 1. */
  size: number;
}

const OPTIONS: KnownOptions<CeilingOptions> = {
  ...ACTIVATIONS_OPTIONS,
  engine: true,
  size: true,
  k: true,
  seed: true,
};

/** The metrics of real images of the fakes' size. */
export interface Ceiling extends Comparison {
  /** Width and height in pixels that the images were brought to. */
  size: number;
  /** How many held-out images. */
  n: number;
}

/**
 * What a perfect generator of images of `size` × `size` pixels can reach: `heldOut`, real images that are not among `real`, are
 * brought to that size (Pillow's bicubic, as training does it) and compared with the reals in place of the fakes. Small fakes lack
 * detail that the reals have, and fall short of them in every metric for that reason alone. The values depend on the number of
 * images: compare them with those of equally many fakes.
 *
 * @param real the activations `[n, dims]` of the real images, of the same engine and resize
 * @param heldOut real images of other patients, of any size
 * @throws as `activations` and `compareActivations`.
 */
export async function ceiling(
  real: NdArray<Float32Array>,
  heldOut: ImageSet,
  options: CeilingOptions,
): Promise<Ceiling> {
  if (options !== undefined) checkOptions('ceiling', options, OPTIONS);
  const { engine, size, k, seed, range, bits, onWarning, ...others } = options ?? {};
  assertEngine(engine);
  if (size === undefined)
    throw new TypeError('ceiling needs the size of the fakes in pixels: pass it as { size }');
  assertPositive('size', size);
  const fitted = fitAll(heldOut, size, { range, bits, onWarning });
  const rows = await activations(fitted, engine, others);
  return { ...compareActivations(real, rows, { k, seed }), size, n: rows.shape[0]! };
}

async function* fitAll(
  set: ImageSet,
  size: number,
  options: Pick<ActivationsOptions, 'range' | 'bits' | 'onWarning'>,
): AsyncGenerator<NamedImage> {
  for await (const { name, image } of imagesOf(set, options)) {
    yield { name, image: fitImage(image, { size, channels: image.shape[2] === 1 ? 1 : 3 }) };
  }
}
