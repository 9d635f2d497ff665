import { phantom } from '@cxr/data';
import { fitImage } from '@cxr/image';
import { type ImageFile, readImageFile } from './image-files.js';
import { type Picture, toPicture } from './picture.js';

/** A real image as a fake would be: grey, square, of that many pixels. */
export async function realImage(file: ImageFile, size: number): Promise<Picture> {
  return toPicture(fitImage((await readImageFile(file)).image, { size, channels: 1 }));
}

/** A phantom, which takes the place of a real image. */
export function drawnImage(seed: number, size: number): Picture {
  return toPicture(phantom({ seed, size }));
}
