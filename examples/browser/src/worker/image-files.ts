import { decodeImage } from '@cxr/data';
import type { NamedImage } from '@cxr/image';

/** A file with its path in the folder that was chosen. */
export interface ImageFile {
  name: string;
  file: File;
}

/** Decodes one image. @throws CxrFileError naming it. */
export async function readImageFile({ name, file }: ImageFile): Promise<NamedImage> {
  return { name, image: await decodeImage(new Uint8Array(await file.arrayBuffer()), { name }) };
}

/** The images of the files, one after the other: only one is in memory. */
export async function* readImageFiles(files: readonly ImageFile[]): AsyncGenerator<NamedImage, void, void> {
  for (const file of files) yield await readImageFile(file);
}
