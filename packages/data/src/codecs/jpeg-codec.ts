import { CxrFileError, fromImageData, type IntegerImage, image } from '@cxr/image';
import decode, { init } from '@jsquash/jpeg/decode.js';
import type { Codec } from './codec.js';
import { type ImageHeader, isFrameHeader } from './image-header.js';
import { loadWasm, type WasmDecoder } from './load-wasm.js';

/** JPEG by mozjpeg compiled to WebAssembly: the same pixels as libjpeg-turbo, which Pillow uses. */
export const jpegCodec: Codec = {
  name: 'mozjpeg-wasm',
  formats: ['jpeg'],
  async decode(bytes, header) {
    checkJpeg(bytes, header);
    await ready();
    return toImage(await decodeRgba(bytes), header);
  },
};

const DECODER: WasmDecoder = {
  name: 'JPEG',
  file: '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
  embedded: () => import('../../wasm/jpeg.js'),
};

let loading: Promise<void> | undefined;

async function ready(): Promise<void> {
  loading ??= loadWasm(DECODER, init);
  try {
    await loading;
  } catch (error) {
    // The next image tries again.
    loading = undefined;
    throw error;
  }
}

async function decodeRgba(bytes: Uint8Array): Promise<ImageData> {
  try {
    return await decode(bytes as unknown as ArrayBuffer, { preserveOrientation: false });
  } catch (cause) {
    // What the decoder had allocated is lost to it: the next image gets a fresh one.
    loading = undefined;
    throw new CxrFileError('corrupt', 'a broken JPEG', { cause });
  }
}

function toImage(decoded: ImageData, { channels }: ImageHeader): IntegerImage {
  if (channels !== 1) return fromImageData(decoded);
  const { data, width, height } = decoded;
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i]!;
  return image(grey, height, width, 1);
}

/**
 * Refuses what decoders differ on: components other than grey and YCbCr or RGB, and data without their end or too few for
 * the size declared, which a decoder would make up.
 * @throws CxrFileError 'unsupported' or 'truncated'.
 */
export function checkJpeg(bytes: Uint8Array, { channels }: ImageHeader): void {
  if (channels !== 1 && channels !== 3) {
    throw new CxrFileError('unsupported', `a JPEG with ${channels} components (1 or 3)`);
  }
  const { scan, blocks } = scanOf(bytes);
  // Of each block of 8 × 8 samples at least one bit is stored, in baseline and progressive files.
  if (scan < 0 || blocks > 8 * (bytes.length - scan) || !hasEndMarker(bytes, scan)) {
    throw new CxrFileError('truncated', 'the JPEG is cut off');
  }
}

/** Whether EOI comes behind the first start of a scan, and so is not that of a thumbnail in the header. */
function hasEndMarker(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.indexOf(0xff, scan); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** Where the first scan of the image itself starts, or −1; how many blocks of 8 × 8 samples its frame has. */
function scanOf(bytes: Uint8Array): { scan: number; blocks: number } {
  let blocks = 0;
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) break;
    if (marker === 0xda) return { scan: at, blocks };
    if (marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      if (isFrameHeader(marker)) blocks = blocksOf(bytes.subarray(at + 4));
      at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
    }
  }
  return { scan: -1, blocks };
}

/** By a frame header (T.81, B.2.2): the components' sampling factors are shares of the largest. */
function blocksOf(frame: Uint8Array): number {
  const [, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = frame;
  const factors = Array.from({ length: components }, (_, i) => frame[7 + 3 * i] ?? 0);
  const across = Math.max(...factors.map((factor) => factor >> 4));
  const down = Math.max(...factors.map((factor) => factor & 15));
  const area = (w1 * 256 + w0) * (h1 * 256 + h0);
  const shares = factors.map((factor) => ((factor >> 4) * (factor & 15)) / (across * down));
  return (area / 64) * shares.reduce((sum, share) => sum + share, 0);
}
