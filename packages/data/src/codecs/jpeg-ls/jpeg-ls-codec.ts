import { type IntegerImage, image } from '@cxr/image';
import type { Codec } from '../codec.js';
import { decodeJpegLs } from './decode-jpeg-ls.js';

/** JPEG-LS files: samples moved to the top of 8 or 16 bits. Colours are taken for RGB. */
export const jpegLsCodec: Codec = {
  name: 'jpeg-ls',
  formats: ['jpegls'],
  decode: async (bytes, _header, { maxPixels }) => toImage(bytes, maxPixels),
};

function toImage(bytes: Uint8Array, maxPixels: number): IntegerImage {
  const { width, height, components, precision, data } = decodeJpegLs(bytes, maxPixels);
  const out = precision <= 8 ? new Uint8Array(data.length) : data;
  const shift = 8 * out.BYTES_PER_ELEMENT - precision;
  for (let i = 0; i < data.length; i++) out[i] = data[i]! << shift;
  return image(out, height, width, components);
}
