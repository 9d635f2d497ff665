import { readImage } from '@cxr/data/node';
import { prepareImage, type ResizeMode } from '../prepare-image.js';

export interface PrepareFileJob {
  file: string;
  resize: ResizeMode;
}

/**
 * Decodes a file and resizes it for the engines. A module of a `WorkerPool`.
 * @public
 */
export default async function prepareFile({
  file,
  resize,
}: PrepareFileJob): Promise<Uint8Array | Float32Array> {
  return prepareImage(await readImage(file), resize);
}
