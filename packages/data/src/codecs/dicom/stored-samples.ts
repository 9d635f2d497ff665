import { CxrFileError, pixels } from '@cxr/image';
import type { CodecOptions } from '../codec.js';
import { imageHeader } from '../image-header.js';
import { jpegCodec } from '../jpeg-codec.js';
import { decodeJpegLs } from '../jpeg-ls/decode-jpeg-ls.js';
import { type JpegSegments, readJpegSegments } from '../jpeg-segments.js';
import { decodeJpeg2000, type Jpeg2000Samples } from '../jpeg2000/decode-jpeg2000.js';
import { decodeLosslessJpeg } from './decode-lossless-jpeg.js';
import type { DicomElements } from './dicom-elements.js';
import type { DicomHeader } from './dicom-header.js';
import { frameBytes } from './frame-bytes.js';
import { holdsRgb, withColourTransform } from './jpeg-colours.js';
import { unpackRle } from './unpack-rle.js';

/** One number a sample; Uint32 of more than 16 bits. */
export type Samples = Uint8Array | Uint16Array | Uint32Array;

/** Pixels as stored, `[height, width, samples]`, one in the low bits of each number; the sign still a bit of it. */
export interface StoredSamples {
  data: Samples;
  /** Whether colours are RGB, whatever the photometric interpretation says; undefined if that decides. */
  rgb: boolean | undefined;
}

const PIXEL_DATA = 0x7fe00010;

/** Transfer syntaxes below 1.2.840.10008.1.2 of JPEG 2000, high-throughput ones last. */
const JPEG_2000 = ['4.90', '4.91', '4.92', '4.93', '4.201', '4.202', '4.203'];

/** @throws CxrFileError 'unsupported', 'too-large', 'truncated' or 'corrupt'. */
export async function storedSamples(
  elements: DicomElements,
  header: DicomHeader,
  frame: number,
  { maxPixels, openjpeg }: CodecOptions,
): Promise<StoredSamples> {
  const syntax = header.transferSyntax.replace('1.2.840.10008.1.2', '').replace(/^\./, '');
  if (syntax === '' || syntax === '1' || syntax === '2') {
    return { data: nativeSamples(elements, header, frame), rgb: undefined };
  }
  if (header.bitsAllocated === 1 || header.bitsAllocated === 32) {
    throw new CxrFileError('unsupported', `a compressed DICOM image of ${header.bitsAllocated} bits`);
  }
  if (syntax === '5') {
    const { width, height, samples, bitsAllocated } = header;
    const bytes = unpackRle(
      frameBytes(elements, header.frames, frame),
      width * height,
      samples,
      bitsAllocated / 8,
    );
    return { data: samplesOf(bytes, { ...header, planar: true }, true), rgb: undefined };
  }
  if (syntax === '4.50' || syntax === '4.51')
    return baselineSamples(frameBytes(elements, header.frames, frame), header);
  if (syntax === '4.57' || syntax === '4.70') {
    return losslessSamples(frameBytes(elements, header.frames, frame), header, maxPixels);
  }
  if (syntax === '4.80' || syntax === '4.81') {
    const decoded = decodeJpegLs(frameBytes(elements, header.frames, frame), maxPixels);
    const { width, height, components, precision, data } = decoded;
    checkFrame(header, width, height, components, precision);
    return { data: withBits(data, precision, header), rgb: undefined };
  }
  if (JPEG_2000.includes(syntax)) {
    const decoded = await decodeJpeg2000(frameBytes(elements, header.frames, frame), maxPixels, openjpeg);
    return jpeg2000Samples(decoded, header);
  }
  const name = syntax.startsWith('4.10') ? 'a video' : 'an unknown encoding';
  throw new CxrFileError('unsupported', `a DICOM file of ${name} (transfer syntax ${header.transferSyntax})`);
}

function nativeSamples(elements: DicomElements, header: DicomHeader, frame: number): Samples {
  const { width, height, samples, bitsAllocated, photometric } = header;
  const value = elements.value(PIXEL_DATA);
  if (!value) {
    throw elements.has(PIXEL_DATA)
      ? new CxrFileError('unsupported', 'a DICOM file of compressed pixels that does not say how')
      : new CxrFileError('corrupt', 'a DICOM file without pixels');
  }
  if (bitsAllocated === 1) return singleBits(value, frame, width * height);
  // Of two pixels beside each other, 4:2:2 stores both brightnesses, then the colour they share.
  const shared = photometric === 'YBR_FULL_422';
  if (shared && width % 2 === 1) throw new CxrFileError('unsupported', 'YBR_FULL_422 of an odd width');
  const length = ((width * height * bitsAllocated) / 8) * (shared ? 2 : samples);
  // In big-endian files, 8 bits may lie in words of 16, whose bytes are the other way about.
  const inWords =
    bitsAllocated === 8 && !elements.littleEndian && elements.representation(PIXEL_DATA) === 'OW';
  const bytes = inWords
    ? unswapped(value, frame * length, length)
    : value.subarray(frame * length, (frame + 1) * length);
  if (bytes.length < length) throw new CxrFileError('truncated', 'a DICOM file with too few pixels');
  if (!shared) return samplesOf(bytes, header, elements.littleEndian);
  if (bitsAllocated !== 8) throw new CxrFileError('unsupported', 'YBR_FULL_422 of 16 bits');
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < length; from += 4, to += 6) {
    const [first, second, blue, red] = bytes.subarray(from, from + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    out.set([first, blue, red, second, blue, red], to);
  }
  return out;
}

/** Eight pixels a byte, the first one in its lowest bit; a frame starts at the bit after the one before (PS3.5, 8.1.1). */
function singleBits(value: Uint8Array, frame: number, count: number): Uint8Array {
  const start = frame * count;
  if (8 * value.length < start + count)
    throw new CxrFileError('truncated', 'a DICOM file with too few pixels');
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = (value[(start + i) >> 3]! >> ((start + i) & 7)) & 1;
  return out;
}

/** `length` bytes from `start` on of words whose two bytes are swapped; fewer where there are fewer. */
function unswapped(words: Uint8Array, start: number, length: number): Uint8Array {
  const end = Math.min(start + length, words.length - (words.length % 2));
  return Uint8Array.from({ length: Math.max(0, end - start) }, (_, i) => words[(start + i) ^ 1]!);
}

/** The bits that count of each sample, pixel after pixel. */
function samplesOf(bytes: Uint8Array, header: DicomHeader, littleEndian: boolean): Samples {
  const { bitsAllocated, bitsStored, highBit, samples, planar } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / (bitsAllocated / 8);
  if (bitsAllocated === 32) return wideSamples(view, count, header, littleEndian);
  const out = bitsAllocated === 8 ? new Uint8Array(count) : new Uint16Array(count);
  const shift = highBit - bitsStored + 1;
  const mask = 2 ** bitsStored - 1;
  const pixels = count / samples;
  let at = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < samples; c++, at++) {
      const from = planar ? c * pixels + pixel : at;
      const raw = bitsAllocated === 8 ? bytes[from]! : view.getUint16(2 * from, littleEndian);
      out[at] = (raw >> shift) & mask;
    }
  }
  return out;
}

/** Of grey images only. */
function wideSamples(
  view: DataView,
  count: number,
  { bitsStored, highBit }: DicomHeader,
  littleEndian: boolean,
): Uint32Array {
  const out = new Uint32Array(count);
  const unused = 31 - highBit;
  for (let i = 0; i < count; i++)
    out[i] = (view.getUint32(4 * i, littleEndian) << unused) >>> (32 - bitsStored);
  return out;
}

async function baselineSamples(bytes: Uint8Array, header: DicomHeader): Promise<StoredSamples> {
  const jpeg = jpegIn(bytes);
  checkFrame(header, jpeg.width, jpeg.height, jpeg.components.length, 8);
  const known = header.samples === 1 || jpeg.adobeTransform !== undefined;
  const file = known ? bytes : withColourTransform(bytes, holdsRgb(jpeg, header.photometric));
  const decoded = await jpegCodec.decode(file, imageHeader(file), {
    maxPixels: header.width * header.height,
  });
  return { data: pixels(decoded), rgb: true };
}

function jpegIn(bytes: Uint8Array): JpegSegments {
  if (!(bytes[0] === 0xff && bytes[1] === 0xd8)) {
    throw new CxrFileError('corrupt', 'a DICOM frame that is not the JPEG it should be');
  }
  return readJpegSegments(bytes);
}

function losslessSamples(bytes: Uint8Array, header: DicomHeader, maxPixels: number): StoredSamples {
  const { width, height, components, precision, data } = decodeLosslessJpeg(bytes, maxPixels);
  checkFrame(header, width, height, components, precision);
  const mask = 2 ** header.bitsStored - 1;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! & mask;
  const rgb = header.samples === 3 ? holdsRgb(jpegIn(bytes), header.photometric) : undefined;
  return { data: header.bitsAllocated === 8 ? Uint8Array.from(data) : data, rgb };
}

/** As pydicom does, whether values are signed is decided by the header, and how many bits they have by the JPEG 2000. */
function jpeg2000Samples(decoded: Jpeg2000Samples, header: DicomHeader): StoredSamples {
  const { width, height, components, precision, data } = decoded;
  checkFrame(header, width, height, components, precision);
  const rgb = /^YBR_(ICT|RCT)$/.test(header.photometric) ? true : undefined;
  return { data: withBits(data, precision, header), rgb };
}

/** Samples of `precision` bits as ones of the header's, those beyond its range at the end of it. */
function withBits(
  data: Uint8Array | Uint16Array,
  precision: number,
  { bitsStored, bitsAllocated, signed }: DicomHeader,
): Uint8Array | Uint16Array {
  const out = bitsAllocated === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const unused = 32 - precision;
  const min = signed ? -(2 ** (bitsStored - 1)) : 0;
  const max = min + 2 ** bitsStored - 1;
  const mask = 2 ** bitsStored - 1;
  for (let i = 0; i < data.length; i++) {
    const moved = data[i]! << unused;
    const value = signed ? moved >> unused : moved >>> unused;
    out[i] = Math.max(min, Math.min(max, value)) & mask;
  }
  return out;
}

function checkFrame(
  header: DicomHeader,
  width: number | undefined,
  height: number | undefined,
  components: number | undefined,
  precision: number,
): void {
  const agrees =
    width === header.width &&
    height === header.height &&
    components === header.samples &&
    precision <= header.bitsAllocated;
  if (!agrees) throw new CxrFileError('corrupt', 'a DICOM file whose JPEG differs from what it declares');
}
