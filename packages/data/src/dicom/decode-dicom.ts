import { checkPixels } from '../check-pixels.js';
import type { Codec } from '../codec.js';
import { CxrFileError, withFile } from '../cxr-file-error.js';
import { DEFAULT_MAX_PIXELS } from '../default-max-pixels.js';
import { type Image, image } from '../image.js';
import { DicomElements } from './dicom-elements.js';
import { type DicomHeader, type DicomWindow, headerOf } from './dicom-header.js';
import { storedSamples } from './stored-samples.js';
import { toColours, toColoursByPalette } from './to-colours.js';
import { windowGrey } from './window-grey.js';

export interface DecodeDicomOptions {
  /** Named in errors: a file's path. */
  name?: string;
  /** The largest declared width × height that is decoded at all. Default 100 million. */
  maxPixels?: number;
  /** Counted from 0. Default 0. */
  frame?: number;
  /**
   * Values shown, from black to white: the file's own window (the default; all values where it has none), all values
   * that could be stored, or any window.
   */
  window?: 'file' | 'all' | DicomWindow;
}

/** DICOM as `decodeImage` has it: the first frame, through the file's window. */
export const dicomCodec: Codec = {
  name: 'dicom',
  formats: ['dicom'],
  decode: (bytes, _header, { maxPixels }) => decodeDicom(bytes, { maxPixels }),
};

/**
 * Decodes a frame of a DICOM file: uncompressed, run-length encoded, JPEG baseline or lossless JPEG. Grey values go
 * through slope, intercept and window, MONOCHROME1 is inverted, and what is shown is spread over 0..255 (Uint8, of up to
 * 8 stored bits) or 0..65535 (Uint16). Colours, a palette's too, become RGB. Tables of values of interest (VOI LUT) are
 * not applied.
 * @throws CxrFileError 'unsupported' (naming the transfer syntax), 'too-large', 'truncated' or 'corrupt'; RangeError for
 * a frame the file lacks or a window of no width.
 */
export async function decodeDicom(bytes: Uint8Array, options: DecodeDicomOptions = {}): Promise<Image> {
  const { name, maxPixels = DEFAULT_MAX_PIXELS, frame = 0, window = 'file' } = options;
  try {
    const elements = new DicomElements(bytes);
    const header = headerOf(elements);
    checkPixels('DICOM', header.width, header.height, maxPixels);
    if (!(Number.isSafeInteger(frame) && frame >= 0 && frame < header.frames)) {
      throw new RangeError(`invalid frame: ${frame} of ${header.frames}`);
    }
    const { data, rgb } = await storedSamples(elements, header, frame, maxPixels);
    return toImage(elements, header, data, rgb, windowFor(header, window));
  } catch (error) {
    throw withFile(error, name);
  }
}

function toImage(
  elements: DicomElements,
  header: DicomHeader,
  data: Uint8Array | Uint16Array,
  rgb: boolean,
  window: DicomWindow,
): Image {
  const { width, height, samples, photometric } = header;
  if (photometric === 'PALETTE COLOR') return image(toColoursByPalette(elements, data), height, width, 3);
  if (samples === 3) return image(toColours(data, header, rgb), height, width, 3);
  return image(windowGrey(data, header, window), height, width, 1);
}

function windowFor(header: DicomHeader, wanted: NonNullable<DecodeDicomOptions['window']>): DicomWindow {
  const window = wanted === 'file' ? header.window : wanted === 'all' ? undefined : wanted;
  if (!window) return wholeRange(header);
  const { centre, width, shape = 'LINEAR' } = window;
  if (Number.isFinite(centre) && width >= (shape === 'LINEAR' ? 1 : Number.MIN_VALUE)) return window;
  const message = `a window of centre ${centre} and width ${width}`;
  throw window === header.window
    ? new CxrFileError('corrupt', message)
    : new RangeError(`invalid window: ${message}`);
}

/** All that the stored bits can hold, after slope and intercept. */
function wholeRange({ bitsStored, signed, slope, intercept }: DicomHeader): DicomWindow {
  const least = signed ? -(2 ** (bitsStored - 1)) : 0;
  const most = least + 2 ** bitsStored - 1;
  const width = Math.abs(slope) * (most - least);
  return { centre: slope * ((least + most) / 2) + intercept, width: width || 1, shape: 'LINEAR_EXACT' };
}
