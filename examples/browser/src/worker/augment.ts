import { type AugmentRecord, augment } from '@cxr/augment';
import { phantom } from '@cxr/data';
import type { Image } from '@cxr/image';
import { readImageFile } from './image-files.js';
import { type Picture, toPicture } from './picture.js';
import { type Choice, pipelineOf } from './transforms.js';

let source: Image | undefined;
let reference: Image = phantom({ seed: 2, size: 256, sick: true });

/** Opens an image file, or draws a phantom in its place. */
export async function openImage(file?: File): Promise<Picture> {
  source = file ? await readFile(file) : phantom({ seed: 1, size: 256 });
  return toPicture(source);
}

/** Opens the image that some transforms take tones or frequencies from; before that it is a phantom. */
export async function openReference(file: File): Promise<void> {
  reference = await readFile(file);
}

async function readFile(file: File): Promise<Image> {
  return (await readImageFile({ name: file.name, file })).image;
}

/** Augments the open image. */
export function augmentImage(
  choices: readonly Choice[],
  seed: number,
): { after: Picture; record: AugmentRecord; milliseconds: number } {
  if (!source) throw new Error('no image is open');
  const start = performance.now();
  const { image, record } = augment(
    pipelineOf(choices, reference),
    { image: source },
    { seed, epoch: 0, index: 0 },
  );
  return { after: toPicture(image), record, milliseconds: performance.now() - start };
}
