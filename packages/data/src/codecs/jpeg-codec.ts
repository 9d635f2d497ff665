import { CxrFileError, fromImageData, type IntegerImage, image } from '@cxr/image';
import decode, { init } from '@jsquash/jpeg/decode.js';
import type { Codec } from './codec.js';
import type { ImageHeader } from './image-header.js';
import { countScans, type JpegSegments, readJpegSegments } from './jpeg-segments.js';
import { loadWasm, type WasmDecoder } from './load-wasm.js';

/** JPEG by mozjpeg compiled to WebAssembly: the same pixels as libjpeg-turbo, which Pillow uses. */
export const jpegCodec: Codec = {
  name: 'mozjpeg-wasm',
  formats: ['jpeg'],
  async decode(bytes, header) {
    checkJpeg(bytes);
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
 * Refuses what decoders differ on or do not read: other samples than 8 bits of Huffman-coded baseline or progressive JPEG,
 * components other than grey and YCbCr or RGB, data without their end or too few for the size declared, which a decoder
 * would make up; and so many scans that decoding would take very long.
 * @throws CxrFileError 'unsupported' or 'truncated'.
 */
export function checkJpeg(bytes: Uint8Array): void {
  const segments = readJpegSegments(bytes);
  const fault = unreadable(segments);
  if (fault !== undefined) throw new CxrFileError('unsupported', fault);
  const blocks = blocksOf(segments);
  const { scan } = segments;
  const { scans, ended } = scan < 0 ? { scans: 0, ended: false } : countScans(bytes, scan);
  // Each block of 8 × 8 samples takes at least one bit, in baseline and progressive files.
  if (!ended || blocks > 8 * (bytes.length - scan))
    throw new CxrFileError('truncated', 'the JPEG is cut off');
  if (scans > MAX_SCANS || (scans > USUAL_SCANS && scans * blocks > MAX_VISITS)) {
    throw new CxrFileError('unsupported', `a JPEG of ${scans} scans`);
  }
}

/** Maximum number of scans. Encoders write about 10; each goes through all blocks, however few bytes it has. */
const MAX_SCANS = 100;
const USUAL_SCANS = 20;
/** Maximum number of blocks in all scans together, if there are more scans than usual: a second of work. */
const MAX_VISITS = 2e7;

/** What is not read of a JPEG's kind, by name. */
function unreadable({ frameMarker, precision, components }: JpegSegments): string | undefined {
  if (frameMarker >= 0xc9) return 'a JPEG with arithmetic coding';
  if (frameMarker === 0xc3) return 'a lossless JPEG';
  if (frameMarker > 0xc3) return 'a hierarchical JPEG';
  if (precision !== 8) return `a JPEG with ${precision} bits a sample`;
  const count = components.length;
  if (count === 3 && hasHalfHeights(components)) return 'a JPEG with colours of half the height (4:4:0)';
  return count === 1 || count === 3 ? undefined : `a JPEG with ${count} components (1 or 3)`;
}

/** Whether a component is to be doubled in height alone: libjpeg-turbo, and so Pillow, smooths it, and mozjpeg does not. */
function hasHalfHeights(components: JpegSegments['components']): boolean {
  const across = Math.max(...components.map((component) => component.across));
  const down = Math.max(...components.map((component) => component.down));
  return components.some((component) => component.across === across && 2 * component.down === down);
}

/** Blocks of 8 × 8 samples; the components' sampling factors are shares of the largest. */
function blocksOf({ width, height, components }: JpegSegments): number {
  const across = Math.max(...components.map((component) => component.across));
  const down = Math.max(...components.map((component) => component.down));
  const shares = components.map((component) => (component.across * component.down) / (across * down));
  return ((width * height) / 64) * shares.reduce((sum, share) => sum + share, 0);
}
