import { CxrFileError, fromImageData, type IntegerImage, image } from '@cxr/image';
import decode, { init } from '@jsquash/jpeg/decode.js';
import { cmykToRgb } from './cmyk-to-rgb.js';
import type { Codec } from './codec.js';
import type { ImageHeader } from './image-header.js';
import { withoutComponent } from './jpeg-cmyk/without-component.js';
import { countScans, type JpegSegments, readJpegSegments } from './jpeg-segments.js';
import { loadWasm, type WasmDecoder } from './load-wasm.js';

/** JPEG by mozjpeg compiled to WebAssembly: the same pixels as libjpeg-turbo, which Pillow uses. */
export const jpegCodec: Codec = {
  name: 'mozjpeg-wasm',
  formats: ['jpeg'],
  async decode(bytes, header, { maxPixels }) {
    checkJpeg(bytes);
    return header.channels === 4 ? decodeCmyk(bytes, maxPixels) : toImage(await decodeRgba(bytes), header);
  },
};

/**
 * The decoder reads no four components, so it decodes the file twice: without the fourth, and without the third. As Pillow does, takes
 * samples as Adobe's programs write them, 255 for no ink. By libjpeg, the colours are YCCK (the negative in YCbCr, so that it gives the ink) if Adobe's segment names a transform.
 */
async function decodeCmyk(bytes: Uint8Array, maxPixels: number): Promise<IntegerImage> {
  const segments = readJpegSegments(bytes);
  const { width, height } = segments;
  if (2 * width * height > maxPixels) {
    const size = `${width} × ${height} pixels of four components`;
    throw new CxrFileError('too-large', `${size}, decoded twice, more than the limit of ${maxPixels}`);
  }
  const ycck = (segments.adobeTransform ?? 0) !== 0;
  const others = await decodeRgba(withoutComponent(bytes, segments, 2, 0));
  const white = new Uint8Array(others.width * others.height);
  for (let i = 0; i < white.length; i++) white[i] = others.data[4 * i + 2]!;
  const colours = fromImageData(await decodeRgba(withoutComponent(bytes, segments, 3, ycck ? 1 : 0)));
  const inks = colours.data as Uint8Array;
  if (!ycck) for (let i = 0; i < inks.length; i++) inks[i] = 255 - inks[i]!;
  cmykToRgb(inks, white);
  return colours;
}

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
  await ready();
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
 * components other than grey, YCbCr or RGB, CMYK and YCCK, data without their end or too few for the size declared, which a decoder
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
  if (count > 1 && hasHalfHeights(components)) return 'a JPEG with colours of half the height (4:4:0)';
  return [1, 3, 4].includes(count) ? undefined : `a JPEG with ${count} components (1, 3 or 4)`;
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
