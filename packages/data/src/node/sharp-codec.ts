import type { Codec } from '../codec.js';
import { CxrFileError } from '../cxr-file-error.js';
import { image } from '../image.js';

let loading: Promise<Codec | undefined> | undefined;

/** The fast native decoder, for JPEG, TIFF and WebP; undefined where the optional package sharp does not load. */
export function sharpCodec(): Promise<Codec | undefined> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Codec | undefined> {
  try {
    const { default: sharp } = await import('sharp');
    return makeCodec(sharp);
  } catch {
    return undefined;
  }
}

function makeCodec(sharp: typeof import('sharp').default): Codec {
  return {
    name: 'sharp',
    formats: ['jpeg', 'tiff', 'webp'],
    async decode(bytes, { channels: stored }, { maxPixels }) {
      try {
        // Pillow applies neither colour profile nor rotation; of faults in the data it minds only missing ones.
        const input = sharp(bytes, { ignoreIcc: true, failOn: 'truncated', limitInputPixels: maxPixels });
        const plain = stored === 1 ? input.toColourspace('b-w') : input.toColourspace('srgb');
        const { data, info } = await plain.removeAlpha().raw().toBuffer({ resolveWithObject: true });
        return image(
          new Uint8Array(data.buffer, data.byteOffset, data.length),
          info.height,
          info.width,
          info.channels,
        );
      } catch (cause) {
        throw sharpError(cause as Error);
      }
    },
  };
}

function sharpError(cause: Error): CxrFileError {
  const message = cause.message.replaceAll('\n', ' ');
  if (/exceeds pixel limit/i.test(message)) return new CxrFileError('too-large', message, { cause });
  if (/premature|truncat|out of order read|end of (file|stream)/i.test(message)) {
    return new CxrFileError('truncated', `the image is cut off (${message})`, { cause });
  }
  return new CxrFileError('corrupt', `a broken image (${message})`, { cause });
}
