import { describeValue } from '@cxr/image';
import { type Image, imageSize, type Pixels, toImage } from './image.js';
import { samplesLike } from './memory.js';

/** How a mask is moved: classes by nearest neighbour, never mixed; soft ones, such as probabilities, by bilinear interpolation. */
export type MaskKind = 'classes' | 'soft';

/** Moves a mask of any number of channels by a function for images of 1 or 3, others channel by channel. */
export function moveChannels(mask: Image, move: (plane: Image) => Image): Image {
  const channels = mask.shape[2]!;
  if (channels === 1 || channels === 3) return move(mask);
  const size = imageSize(mask);
  const count = size.height * size.width;
  const planes = Array.from({ length: channels }, (_, c) => {
    const plane = samplesLike(mask.data, count);
    for (let y = 0, o = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++, o++) plane[o] = mask.get(y, x, c);
    }
    return move(toImage(plane, size, 1));
  });
  const result = imageSize(planes[0]!);
  const out = samplesLike(mask.data, result.height * result.width * channels);
  planes.forEach(({ data }, c) => {
    for (let i = 0, o = c; i < data.length; i++, o += channels) out[o] = data[i]!;
  });
  return toImage(out as Pixels, result, channels);
}

/** @throws TypeError unless it is `[height, width, channels]` of Uint8, Uint16 or Float32, with any number of channels. */
export function checkMaskImage(name: string, mask: Image): void {
  const shape = mask?.shape as readonly number[] | undefined;
  if (!Array.isArray(shape) || shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new TypeError(`${name} must be [height, width, channels]`);
  }
  const { data } = mask as { data: unknown };
  if (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array) return;
  throw new TypeError(`${name} must be of Uint8, Uint16 or Float32, not ${describeValue(data)}`);
}
