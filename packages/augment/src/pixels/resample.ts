import { resizePillow } from '@cxr/image';
import { clip, type Image, raster, type Size } from '../image.js';
import { samplesLike } from '../memory.js';
import type { Interpolation } from '../warp/sampling.js';

/** Resizes an image as Pillow's `Image.resize` does, but also clips floats where the cubic overshoots black and white. */
export function resample(image: Image, size: Size, interpolation: Interpolation): Image {
  const { data, width, height, channels } = raster(image);
  if (size.width === width && size.height === height) return image;
  const room = samplesLike(data, size.width * size.height * channels);
  const resized = resizePillow(image, size.width, size.height, interpolation, room);
  if (room instanceof Float32Array && interpolation === 'bicubic') {
    for (let i = 0; i < room.length; i++) room[i] = clip(room[i]!, 1);
  }
  return resized;
}
