import {
  type Image,
  ndarray,
  resizeBilinearTorch,
  resizePillow,
  resizePillowFloat,
  toRgb8,
} from '@cxr/image';
import { IMAGE_LENGTH, type ImageBatch } from './engines/engine.js';
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

/** Whether a mode gives bytes or floats. */
function pixelType(mode: ResizeMode): 'uint8' | 'float32' {
  return mode === 'pil299' ? 'uint8' : 'float32';
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

/** Bicubic overshoots at edges. */
function clip(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(0, Math.min(255, values[i]!));
  return values;
}

/** Prepared images side by side, as one batch `[n, 299, 299, 3]`. */
export function toImageBatch(images: readonly (Uint8Array | Float32Array)[], mode: ResizeMode): ImageBatch {
  const shape = [images.length, INPUT_SIZE, INPUT_SIZE, 3];
  const length = images.length * IMAGE_LENGTH;
  const data = pixelType(mode) === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  images.forEach((pixels, n) => {
    data.set(pixels, n * IMAGE_LENGTH);
  });
  return data instanceof Uint8Array ? ndarray(data, shape) : ndarray(data, shape);
}
