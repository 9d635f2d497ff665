import { decodeImage, type OpenJpeg } from '@cxr/data';
import { CxrFileError, type NamedImage } from '@cxr/image';

/** A file with its path in the folder that was chosen. */
export interface ImageFile {
  name: string;
  file: File;
}

/** Decodes one image. @throws CxrFileError naming it. */
export async function readImageFile({ name, file }: ImageFile): Promise<NamedImage> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { name, image: await decodeImage(bytes, { name }) };
  } catch (error) {
    if (!(error instanceof CxrFileError && /needs the package .*openjpeg/.test(error.message))) throw error;
    return { name, image: await decodeImage(bytes, { name, openjpeg: await openJpeg() }) };
  }
}

/** The decoder of JPEG 2000, 0.5 MB of JavaScript, which is loaded for the first such file. */
async function openJpeg(): Promise<OpenJpeg> {
  return (await import('@cornerstonejs/codec-openjpeg/decode')).default;
}

/** The images of the files, one after the other: only one is in memory. */
export async function* readImageFiles(files: readonly ImageFile[]): AsyncGenerator<NamedImage, void, void> {
  for (const file of files) yield await readImageFile(file);
}
