import { CxrFileError, type IntegerImage, image } from '@cxr/image';
import type { Codec } from '../codec.js';
import { decodeJpeg2000, type Jpeg2000Samples } from './decode-jpeg2000.js';

/** Enumerated colour spaces that are not read (ITU-T T.800, I.5.3.3, and T.801). */
const COLOUR_SPACES: Record<number, string> = { 12: 'CMYK', 14: 'CIELab', 18: 'sYCC' };

/** JPEG 2000 by OpenJPEG, which Pillow uses, too: the optional package `@cornerstonejs/codec-openjpeg`. */
export const jpeg2000Codec: Codec = {
  name: 'openjpeg',
  formats: ['jpeg2000'],
  async decode(bytes, _header, { maxPixels, openjpeg }) {
    return toImage(await decodeJpeg2000(bytes, maxPixels, openjpeg));
  },
};

/** As Pillow does: samples moved to the top of 8 or 16 bits, signed ones from the smallest on. */
function toImage(decoded: Jpeg2000Samples): IntegerImage {
  const { width, height, components, precision, signed, data, palette, colourSpace = 0 } = decoded;
  const space = COLOUR_SPACES[colourSpace];
  if (palette) throw new CxrFileError('unsupported', 'a JPEG 2000 with a palette');
  if (space !== undefined) throw new CxrFileError('unsupported', `a JPEG 2000 in ${space}`);
  if (components > 4)
    throw new CxrFileError('unsupported', `a JPEG 2000 of ${components} components (1 to 4)`);
  const bits = 8 * data.BYTES_PER_ELEMENT;
  const mask = 2 ** precision - 1;
  const offset = signed ? 2 ** (precision - 1) : 0;
  const out = bits === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = ((data[i]! + offset) & mask) << (bits - precision);
  return image(out, height, width, components);
}
