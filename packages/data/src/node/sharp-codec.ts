import { isMainThread } from 'node:worker_threads';
import { CxrFileError, type IntegerImage, image } from '@cxr/image';
import type { Codec } from '../codecs/codec.js';
import type { ImageHeader } from '../codecs/image-header.js';
import { checkJpeg, jpegCodec } from '../codecs/jpeg-codec.js';
import { webpCodec } from '../codecs/webp-codec.js';
import { checkWebp, isAnimatedWebp } from '../codecs/webp-frames.js';

type Sharp = typeof import('sharp').default;

let loading: Promise<Codec | undefined> | undefined;

/**
 * The fast native decoder, for JPEG and WebP, where its pixels are those of our own decoders; undefined where the optional
 * package sharp does not load. Of TIFF it makes wrong pixels of many kinds without an error.
 */
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

function makeCodec(sharp: Sharp): Codec {
  return {
    name: 'sharp',
    formats: ['jpeg', 'webp'],
    async decode(bytes, header, { maxPixels }) {
      const ours = isCmykJpeg(header) || (isSmallJpeg(header) && !isMainThread);
      if (ours) return jpegCodec.decode(bytes, header, { maxPixels });
      if (header.format === 'jpeg') checkJpeg(bytes);
      else {
        checkWebp(bytes);
        // sharp has its own idea of an animation's first frame.
        if (isAnimatedWebp(bytes)) return webpCodec.decode(bytes, header, { maxPixels });
      }
      try {
        return await decode(sharp, bytes, header.channels, maxPixels);
      } catch (cause) {
        throw sharpError(cause as Error);
      }
    },
  };
}

/** Width × height up to which what sharp does for each image, whatever its size, costs more than its decoder saves. */
const SMALL = 80_000;

/** Decoded by WebAssembly in a thread of ours: the same pixels. It would hold up the main thread, where sharp does not. */
function isSmallJpeg({ format, width, height }: ImageHeader): boolean {
  return format === 'jpeg' && width !== undefined && height !== undefined && width * height <= SMALL;
}

/** sharp makes colours of these through a profile of its own. */
function isCmykJpeg({ format, channels }: ImageHeader): boolean {
  return format === 'jpeg' && channels === 4;
}

async function decode(
  sharp: Sharp,
  bytes: Uint8Array,
  stored: number | undefined,
  maxPixels: number,
): Promise<IntegerImage> {
  // Pillow applies neither colour profile nor rotation; it fails only on truncated data.
  const input = sharp(bytes, { ignoreIcc: true, failOn: 'truncated', limitInputPixels: maxPixels });
  const { depth, space = '' } = stored === undefined ? await input.metadata() : {};
  const grey = stored === 1 || space === 'b-w' || space === 'grey16';
  const sixteen = depth === 'ushort';
  const colours = grey ? (sixteen ? 'grey16' : 'b-w') : sixteen ? 'rgb16' : 'srgb';
  const { data, info } = await input
    .toColourspace(colours)
    .removeAlpha()
    .raw({ depth: sixteen ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const plain = sixteen
    ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
    : new Uint8Array(data.buffer, data.byteOffset, data.length);
  return image(plain, info.height, info.width, info.channels);
}

function sharpError(cause: Error): CxrFileError {
  const { message } = cause;
  if (/exceeds pixel limit/i.test(message)) {
    return new CxrFileError('too-large', 'more pixels than the limit', { cause });
  }
  if (/premature end|truncat|out of order read|end of (file|stream)/i.test(message)) {
    return new CxrFileError('truncated', 'the image is cut off', { cause });
  }
  return new CxrFileError('corrupt', `a broken image (${message.split('\n')[0]})`, { cause });
}
