import {
  type Image,
  ndarray,
  resizeBilinearTorch,
  resizePillow,
  resizePillowFloat,
  toRgb8,
} from '@cxr/image';
import type { ImageBatch, InceptionEngine } from './engines/engine.js';
import { type FullPreprocessing, preprocess } from './engines/preprocessing.js';
import { INPUT_SIZE } from './inception/network.js';

/**
 * How an image becomes 299 × 299 RGB. The mode changes the score: compare only scores of the same mode.
 * - `pil299`: Pillow's bicubic to 8 bits, as in the paper's code.
 * - `network`: pytorch-fid unmodified, the network's own bilinear without antialiasing.
 * - `clean`: clean-fid's bicubic with antialiasing on floats, clipped but not rounded. (Its network
 *   scales pixels by (x − 128) / 128; here all modes use pytorch-fid's 2x / 255 − 1.)
 */
export type ResizeMode = 'pil299' | 'network' | 'clean';

/** All modes, the default first. */
export const RESIZE_MODES: readonly ResizeMode[] = ['pil299', 'network', 'clean'];

/** @throws RangeError when `value` is not a resize mode. */
export function assertResizeMode(value: string): asserts value is ResizeMode {
  if (!(RESIZE_MODES as readonly string[]).includes(value)) {
    throw new RangeError(`resize must be one of ${RESIZE_MODES.join(', ')}: ${value}`);
  }
}

/** How images become an engine's input: a resize mode of the Inception's, or the preprocessing of another encoder. */
export type Preparation = ResizeMode | FullPreprocessing;

/** The resize mode of a preparation; undefined for another encoder's. */
export function resizeOf(how: Preparation): ResizeMode | undefined {
  return typeof how === 'string' ? how : undefined;
}

/**
 * How images become the input of an engine; a name stands for one of ours, which are all the Inception.
 * @throws RangeError for an unknown mode, or one given for an engine with a preprocessing of its own.
 */
export function preparationOf(
  engine: InceptionEngine | string | undefined,
  resize: ResizeMode | undefined,
): Preparation {
  if (typeof engine !== 'object' || engine.preprocessing === undefined) {
    assertResizeMode(resize ?? 'pil299');
    return resize ?? 'pil299';
  }
  if (resize === undefined) return engine.preprocessing;
  throw new RangeError(
    `resize is for the Inception: the engine ${engine.name} has a preprocessing of its own`,
  );
}

/**
 * An image of any size as the engines' pixels, `[299, 299, 3]` row-major, 0 to 255. Of 16-bit images the high byte
 * is used; grey images get three equal channels.
 *
 * @throws RangeError for another mode; and as `toRgb8` of @cxr/image.
 */
export function prepareImage(image: Image, mode: ResizeMode): Uint8Array | Float32Array {
  assertResizeMode(mode);
  const rgb = toRgb8(image);
  switch (mode) {
    case 'pil299':
      return resizePillow(rgb, INPUT_SIZE, INPUT_SIZE, 'bicubic').data as Uint8Array;
    case 'network':
      return resizeBilinearTorch(rgb, INPUT_SIZE, INPUT_SIZE).data;
    case 'clean':
      return clip(resizePillowFloat(rgb, INPUT_SIZE, INPUT_SIZE, 'bicubic').data);
  }
}

/** As `prepareImage`, or as another encoder takes it: `[size, size, channels]`. */
export function prepareFor(image: Image, how: Preparation): Uint8Array | Float32Array {
  return typeof how === 'string' ? prepareImage(image, how) : preprocess(image, how);
}

/** Bicubic overshoots at edges. */
function clip(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, Math.min(255, values[i]!));
  return values;
}

/** Prepared images side by side, as one batch `[n, size, size, channels]`. */
export function toImageBatch(images: readonly (Uint8Array | Float32Array)[], how: Preparation): ImageBatch {
  const { size, channels } = typeof how === 'string' ? { size: INPUT_SIZE, channels: 3 } : how;
  const shape = [images.length, size, size, channels];
  const length = size * size * channels;
  const values = images.length * length;
  const data = images[0] instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
  images.forEach((pixels, n) => {
    data.set(pixels, n * length);
  });
  return data instanceof Uint8Array ? ndarray(data, shape) : ndarray(data, shape);
}
