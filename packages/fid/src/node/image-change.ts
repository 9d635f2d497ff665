import { decodeImage } from '@cxr/data';
import { encodeJpeg } from '@cxr/data/node';
import { createRng, dimensions, fitImage, type Image, image, toGrey8, toRgb8 } from '@cxr/image';
import type { NdArray } from 'ndarray';

/** A small change of an image, as plain data, so that worker threads can apply it. Grey levels are those of 8 bits. */
export type ImageChange =
  /** To size × size pixels, by Pillow's bicubic. */
  | { kind: 'resize'; size: number }
  /** Plus `levels` where row + column is even, minus `levels` elsewhere. */
  | { kind: 'checkerboard'; levels: number }
  /** [1 2 1] / 4 across and down; edges are repeated. */
  | { kind: 'blur' }
  /** Normal noise with a standard deviation of `levels`, the same in all channels, another for each image. */
  | { kind: 'noise'; levels: number; seed: number }
  /** Through a JPEG file of this quality, 1 to 100. */
  | { kind: 'jpeg'; quality: number }
  /** Brighter by `levels`. */
  | { kind: 'shift'; levels: number };

/**
 * An image with changes applied in order, 8-bit grey or RGB as it is; values beyond 0 and 255 are clipped.
 * @param index of the image in its set, so that each has noise of its own
 */
export async function applyChanges(
  source: Image,
  changes: readonly ImageChange[],
  index: number,
): Promise<NdArray<Uint8Array>> {
  let result = source.shape[2] === 1 ? toGrey8(source) : toRgb8(source);
  for (const change of changes) result = await apply(result, change, index);
  return result;
}

async function apply(
  source: NdArray<Uint8Array>,
  change: ImageChange,
  index: number,
): Promise<NdArray<Uint8Array>> {
  const [height, width, channels] = dimensions(source);
  const { data } = source;
  const each = (value: (i: number, pixel: number) => number) =>
    image(
      Uint8Array.from(data, (_, i) => clip(value(i, Math.floor(i / channels)))),
      height,
      width,
      channels,
    ) as NdArray<Uint8Array>;
  switch (change.kind) {
    case 'resize':
      return fitImage(source, { size: change.size, channels: channels === 1 ? 1 : 3 });
    case 'checkerboard':
      return each((i, pixel) => {
        const even = (Math.floor(pixel / width) + (pixel % width)) % 2 === 0;
        return data[i]! + (even ? change.levels : -change.levels);
      });
    case 'shift':
      return each((i) => data[i]! + change.levels);
    case 'blur':
      return each(blurred(data, height, width, channels));
    case 'noise': {
      const rng = createRng(change.seed, index);
      const noise = Float64Array.from({ length: height * width }, () => change.levels * rng.normal());
      return each((i, pixel) => data[i]! + noise[pixel]!);
    }
    case 'jpeg': {
      const decoded = await decodeImage(await encodeJpeg(source, { quality: change.quality }));
      return channels === 1 ? toGrey8(decoded) : toRgb8(decoded);
    }
  }
}

const clip = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** The value at an index after [1 2 1] / 4 in both directions. */
function blurred(data: Uint8Array, height: number, width: number, channels: number): (i: number) => number {
  return (i) => {
    const c = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      const row = Math.max(0, Math.min(height - 1, y + dy)) * width;
      for (let dx = -1; dx <= 1; dx++) {
        const column = Math.max(0, Math.min(width - 1, x + dx));
        sum += (2 - Math.abs(dx)) * (2 - Math.abs(dy)) * data[(row + column) * channels + c]!;
      }
    }
    return sum / 16;
  };
}
