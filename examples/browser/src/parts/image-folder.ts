import { byId } from '../ui/dom.js';
import { acceptFiles, pathOf } from '../ui/files.js';
import type { ImageFile } from '../worker/image-files.js';

/** The names of image files, as @cxr/data lists a folder. */
const IMAGES = /\.(bmp|dib|jfif|jpe?g|jpe|pgm|png|pnm|ppm|tiff?|webp|dcm|dicom|ima)$/i;

/** A field for a folder of images. @returns what was chosen last. */
export function imageFolder(field: string, count: string, onChange = (): void => {}): () => ImageFile[] {
  let chosen: ImageFile[] = [];
  acceptFiles(field, (files) => {
    chosen = files.filter(({ name }) => IMAGES.test(name)).map((file) => ({ name: pathOf(file), file }));
    const others = files.length - chosen.length;
    byId(count).textContent =
      `${chosen.length} images${others > 0 ? `, ${others} other files left out` : ''}`;
    onChange();
  });
  return () => chosen;
}
