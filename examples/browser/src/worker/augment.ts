import { type AugmentRecord, augment } from '@cxr/augment';
import { decodeImage, phantom } from '@cxr/data';
import type { Image } from '@cxr/image';
import { type Picture, toPicture } from './picture.js';
import { type Choice, pipelineOf } from './transforms.js';

let source: Image | undefined;

/** Opens an image file, or draws a phantom in its place. */
export async function openImage(file?: File): Promise<Picture> {
  source = file
    ? await decodeImage(new Uint8Array(await file.arrayBuffer()), { name: file.name })
    : phantom({ seed: 1, size: 256 });
  return toPicture(source);
}

/** Augments the open image. */
export function augmentImage(
  choices: readonly Choice[],
  seed: number,
): { after: Picture; record: AugmentRecord; milliseconds: number } {
  if (!source) throw new Error('no image is open');
  const start = performance.now();
  const { image, record } = augment(pipelineOf(choices), { image: source }, { seed, epoch: 0, index: 0 });
  return { after: toPicture(image), record, milliseconds: performance.now() - start };
}
