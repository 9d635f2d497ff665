import { CxrFileError, checkPixels } from '@cxr/image';
import { checkCodestream, type Jpeg2000Header, readJpeg2000Header } from './jpeg2000-header.js';
import { loadOpenJpeg, type OpenJpeg, type OpenJpegModule } from './load-openjpeg.js';

/** A decoded JPEG 2000: samples as stored, signed ones in two's complement. */
export interface Jpeg2000Samples extends Jpeg2000Header {
  /** `[height, width, components]`; Uint8 of up to 8 bits. */
  data: Uint8Array | Uint16Array;
}

/** A module's memory never shrinks: one that has grown beyond this is not kept. */
const KEPT_BYTES = 2 ** 27;

let kept: { by: OpenJpeg | undefined; module: OpenJpegModule } | undefined;

/**
 * Decodes the samples of a JPEG 2000 by OpenJPEG.
 * @throws CxrFileError 'too-large', 'truncated', 'corrupt' or 'unsupported' (also if the decoder's package is missing);
 * DecoderLoadError.
 */
export async function decodeJpeg2000(
  bytes: Uint8Array,
  maxPixels: number,
  openjpeg?: OpenJpeg | undefined,
): Promise<Jpeg2000Samples> {
  const header = readJpeg2000Header(bytes);
  const { width, height, components, precision } = header;
  checkPixels('JPEG 2000', width, height, maxPixels);
  // The decoder takes four bytes for each sample and two more for the result.
  if (width * height * components > 2 * maxPixels) {
    const size = `${width} × ${height} pixels of ${components} components`;
    const reason = `a JPEG 2000 of ${size} has more samples than twice the limit of ${maxPixels} pixels`;
    throw new CxrFileError('too-large', reason);
  }
  if (components !== 1 && components !== 3) {
    throw new CxrFileError('unsupported', `a JPEG 2000 with ${components} components (1 or 3)`);
  }
  if (precision > 16) throw new CxrFileError('unsupported', `a JPEG 2000 of ${precision} bits`);
  checkCodestream(bytes, header);
  const module = kept?.by === openjpeg && kept ? kept.module : await loadOpenJpeg(openjpeg);
  // Until it has decoded this well, it is in an unknown state.
  kept = undefined;
  const data = decode(module, bytes.subarray(header.start, header.end), header);
  if (module.HEAPU8.length <= KEPT_BYTES) kept = { by: openjpeg, module };
  return { ...header, data };
}

function decode(
  { J2KDecoder }: OpenJpegModule,
  codestream: Uint8Array,
  { width, height, components, precision, signed }: Jpeg2000Header,
): Uint8Array | Uint16Array {
  try {
    const decoder = new J2KDecoder();
    decoder.getEncodedBuffer(codestream.length).set(codestream);
    decoder.decode();
    const info = decoder.getFrameInfo();
    const decoded = decoder.getDecodedBuffer();
    const size = precision <= 8 ? 1 : 2;
    const agrees =
      info.width === width &&
      info.height === height &&
      info.componentCount === components &&
      info.bitsPerSample === precision &&
      info.isSigned === signed &&
      decoded.length === width * height * components * size;
    if (!agrees) throw new Error('it decodes to another size');
    // A copy: the decoder's memory is used again.
    const copy = new Uint8Array(decoded);
    decoder.delete();
    return size === 1 ? copy : new Uint16Array(copy.buffer);
  } catch (cause) {
    throw new CxrFileError('corrupt', 'a broken JPEG 2000', { cause });
  }
}
