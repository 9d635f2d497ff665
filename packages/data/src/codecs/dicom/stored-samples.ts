import { CxrFileError, pixels } from '@cxr/image';
import { imageHeader } from '../image-header.js';
import { jpegCodec } from '../jpeg-codec.js';
import { decodeLosslessJpeg } from './decode-lossless-jpeg.js';
import type { DicomElements } from './dicom-elements.js';
import type { DicomHeader } from './dicom-header.js';
import { unpackRle } from './unpack-rle.js';

/** Pixels as stored, `[height, width, samples]`, one in the low bits of each number; the sign still a bit of it. */
export interface StoredSamples {
  data: Uint8Array | Uint16Array;
  /** Whether the decoder has made RGB of them already. */
  rgb: boolean;
}

const PIXEL_DATA = 0x7fe00010;

/** Transfer syntaxes below 1.2.840.10008.1.2 that we know and cannot read, by name: for the error. */
const UNSUPPORTED: Record<string, string> = {
  '4.51': 'JPEG extended',
  '4.80': 'JPEG-LS',
  '4.81': 'JPEG-LS',
  '4.90': 'JPEG 2000',
  '4.91': 'JPEG 2000',
  '4.201': 'high-throughput JPEG 2000',
  '4.202': 'high-throughput JPEG 2000',
  '4.203': 'high-throughput JPEG 2000',
};

/** @throws CxrFileError 'unsupported', 'too-large', 'truncated' or 'corrupt'. */
export async function storedSamples(
  elements: DicomElements,
  header: DicomHeader,
  frame: number,
  maxPixels: number,
): Promise<StoredSamples> {
  const syntax = header.transferSyntax.replace('1.2.840.10008.1.2', '').replace(/^\./, '');
  if (syntax === '' || syntax === '1' || syntax === '2') {
    return { data: nativeSamples(elements, header, frame), rgb: false };
  }
  if (syntax === '5') {
    const { width, height, samples, bitsAllocated } = header;
    const bytes = unpackRle(frameBytes(elements, header, frame), width * height, samples, bitsAllocated / 8);
    return { data: samplesOf(bytes, { ...header, planar: true }, true), rgb: false };
  }
  if (syntax === '4.50') return baselineSamples(frameBytes(elements, header, frame), header);
  if (syntax === '4.57' || syntax === '4.70') {
    return { data: losslessSamples(frameBytes(elements, header, frame), header, maxPixels), rgb: false };
  }
  const name = UNSUPPORTED[syntax] ?? 'an unknown encoding';
  throw new CxrFileError('unsupported', `a DICOM file of ${name} (transfer syntax ${header.transferSyntax})`);
}

function nativeSamples(
  elements: DicomElements,
  header: DicomHeader,
  frame: number,
): Uint8Array | Uint16Array {
  const { width, height, samples, bitsAllocated, photometric } = header;
  const value = elements.value(PIXEL_DATA);
  if (!value) throw new CxrFileError('corrupt', 'a DICOM file without pixels');
  // Of two pixels beside each other, 4:2:2 stores both brightnesses, then the colour they share.
  const shared = photometric === 'YBR_FULL_422';
  if (shared && width % 2 === 1) throw new CxrFileError('unsupported', 'YBR_FULL_422 of an odd width');
  const length = ((width * height * bitsAllocated) / 8) * (shared ? 2 : samples);
  const bytes = value.subarray(frame * length, (frame + 1) * length);
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

/** The bits that count of each sample, pixel after pixel. */
function samplesOf(bytes: Uint8Array, header: DicomHeader, littleEndian: boolean): Uint8Array | Uint16Array {
  const { bitsAllocated, bitsStored, highBit, samples, planar } = header;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / (bitsAllocated / 8);
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

async function baselineSamples(bytes: Uint8Array, header: DicomHeader): Promise<StoredSamples> {
  const jpeg = imageHeader(bytes);
  if (jpeg.format !== 'jpeg')
    throw new CxrFileError('corrupt', 'a DICOM frame that is not the JPEG it should be');
  checkFrame(header, jpeg.width, jpeg.height, jpeg.channels, 8);
  const decoded = await jpegCodec.decode(bytes, jpeg, { maxPixels: header.width * header.height });
  return { data: pixels(decoded), rgb: true };
}

function losslessSamples(
  bytes: Uint8Array,
  header: DicomHeader,
  maxPixels: number,
): Uint8Array | Uint16Array {
  const { width, height, components, precision, data } = decodeLosslessJpeg(bytes, maxPixels);
  checkFrame(header, width, height, components, precision);
  const mask = 2 ** header.bitsStored - 1;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! & mask;
  return header.bitsAllocated === 8 ? Uint8Array.from(data) : data;
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

/** One frame's compressed bytes: all fragments of an only frame, else one a frame, as nearly all writers have it. */
function frameBytes(elements: DicomElements, { frames }: DicomHeader, frame: number): Uint8Array {
  const [, ...fragments] = elements.fragments();
  if (fragments.length === 0) throw new CxrFileError('truncated', 'a DICOM file without pixels');
  if (frames === 1) return fragments.length === 1 ? fragments[0]! : joined(fragments);
  if (fragments.length !== frames) {
    throw new CxrFileError(
      'unsupported',
      `a DICOM file of ${frames} frames in ${fragments.length} fragments`,
    );
  }
  return fragments[frame]!;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
