import {
  CxrFileError,
  checkOptions,
  checkPixels,
  DEFAULT_MAX_PIXELS,
  type IntegerImage,
  image,
  withFile,
} from '@cxr/image';
import { checkLimit } from '../../check-limit.js';
import type { Codec } from '../codec.js';
import { checkOpenJpeg, type OpenJpeg } from '../jpeg2000/load-openjpeg.js';
import { checkWindow, isUsable } from './check-window.js';
import { type DicomElements, readElements } from './dicom-elements.js';
import { type DicomHeader, type DicomWindow, headerOf } from './dicom-header.js';
import { type LookupTable, lookUp, tableInSequence } from './lookup-table.js';
import { type Samples, storedSamples } from './stored-samples.js';
import { toColours, toColoursByPalette } from './to-colours.js';
import { type Meaning, type Shade, tableShade, windowGrey, windowShade } from './window-grey.js';

/** Frame, window and limits of `decodeDicom`. */
export interface DecodeDicomOptions {
  /** Named in errors: a file's path. */
  name?: string | undefined;
  /** The largest declared width × height that is decoded at all. @default 50 million */
  maxPixels?: number | undefined;
  /** Counted from 0. @default 0 */
  frame?: number | undefined;
  /**
   * Values shown, from black to white. `'file'`, as the file says: by its table of values of interest, or else its first
   * window, or else all values. `'all'`: all values that could be stored. Or a window of your own. @default 'file'
   */
  window?: 'file' | 'all' | DicomWindow | undefined;
  /**
   * Shown where the file's own window is unusable: of no width, or of no numbers. @default none: it is refused as 'corrupt'
   */
  fallbackWindow?: 'all' | DicomWindow | undefined;
  /** Reads files without preamble and DICM, too, as pydicom does if forced. @default false */
  force?: boolean | undefined;
  /** The decoder of JPEG 2000 for browsers, as of `decodeImage`. @default what Node finds installed */
  openjpeg?: OpenJpeg | undefined;
}

/** (0028,3000) and (0028,3010): sequences of a table each. */
const MODALITY = 0x00283000;
const VALUES_OF_INTEREST = 0x00283010;

/** The codec of `decodeImage` for DICOM: the first frame, shown as the file says or as asked. */
export const dicomCodec: Codec = {
  name: 'dicom',
  formats: ['dicom'],
  decode: (bytes, _header, { maxPixels, openjpeg, window, fallbackWindow, force }) =>
    decodeDicom(bytes, { maxPixels, openjpeg, window, fallbackWindow, force }),
};

/**
 * Decodes a frame of a DICOM file: uncompressed, run-length encoded, JPEG baseline, lossless JPEG or JPEG 2000. Grey values go
 * through slope and intercept or the modality table, then the table of values of interest (VOI LUT) or the window, as
 * pydicom's apply_voi_lut does; MONOCHROME1 is inverted, and what is shown is spread over 0..255 (Uint8, of up to 8
 * stored bits) or 0..65535 (Uint16). Colours, a palette's too, become RGB.
 * @throws CxrFileError 'unsupported' (naming the transfer syntax), 'too-large', 'truncated' or 'corrupt'; RangeError for
 * a frame the file lacks or a window of no width.
 */
export async function decodeDicom(
  bytes: Uint8Array,
  options: DecodeDicomOptions = {},
): Promise<IntegerImage> {
  checkOptions<DecodeDicomOptions>('decodeDicom', options, {
    name: true,
    maxPixels: true,
    frame: true,
    window: true,
    fallbackWindow: true,
    force: true,
    openjpeg: true,
  });
  const { name, maxPixels = DEFAULT_MAX_PIXELS, frame = 0, openjpeg, fallbackWindow } = options;
  const { window = 'file', force } = options;
  checkWindow('window', window);
  checkWindow('fallbackWindow', fallbackWindow);
  checkOpenJpeg(openjpeg);
  checkLimit('maxPixels', maxPixels);
  try {
    const elements = readElements(bytes, undefined, force);
    const header = headerOf(elements, fallbackWindow !== undefined);
    checkPixels('DICOM', header.width, header.height, maxPixels);
    if (!(Number.isSafeInteger(frame) && frame >= 0 && frame < header.frames)) {
      throw new RangeError(`invalid frame: ${frame} of ${header.frames}`);
    }
    const { data, rgb } = await storedSamples(elements, header, frame, { maxPixels, openjpeg });
    const unusable = window === 'file' && !isUsable(header.window) && !elements.firstItem(VALUES_OF_INTEREST);
    const asked = unusable ? (fallbackWindow ?? window) : window;
    return toImage(elements, header, data, rgb, asked);
  } catch (error) {
    throw withFile(error, name);
  }
}

type AskedWindow = NonNullable<DecodeDicomOptions['window']>;

function toImage(
  elements: DicomElements,
  header: DicomHeader,
  data: Samples,
  rgb: boolean | undefined,
  asked: AskedWindow,
): IntegerImage {
  const { width, height, samples, photometric } = header;
  // Wider ones are grey.
  if (data instanceof Uint32Array) return greyImage(elements, header, data, asked);
  if (photometric === 'PALETTE COLOR') return image(toColoursByPalette(elements, data), height, width, 3);
  if (samples === 3) return image(toColours(data, header, rgb), height, width, 3);
  return greyImage(elements, header, data, asked);
}

function greyImage(
  elements: DicomElements,
  header: DicomHeader,
  data: Samples,
  asked: AskedWindow,
): IntegerImage {
  const { width, height } = header;
  const modality = tableInSequence(elements, MODALITY, header.signed);
  const shade = shadeFor(elements, header, modality, asked);
  return image(windowGrey(data, header, meaningOf(header, modality), shade), height, width, 1);
}

function meaningOf({ slope, intercept }: DicomHeader, modality: LookupTable | undefined): Meaning {
  return modality ? (stored) => lookUp(modality, stored) : (stored) => stored * slope + intercept;
}

function shadeFor(
  elements: DicomElements,
  header: DicomHeader,
  modality: LookupTable | undefined,
  asked: AskedWindow,
): Shade {
  const table = asked === 'file' && tableInSequence(elements, VALUES_OF_INTEREST, header.signed);
  if (table) return tableShade(table);
  const window = asked === 'file' ? header.window : asked === 'all' ? undefined : asked;
  if (!window) return windowShade(wholeRange(header, modality));
  if (isUsable(window)) return windowShade(window);
  const { centre, width } = window;
  throw new CxrFileError('corrupt', `a window of centre ${centre} and width ${width}`);
}

/** All that the modality table can give, or that the stored bits can hold, after slope and intercept. */
function wholeRange(header: DicomHeader, modality: LookupTable | undefined): DicomWindow {
  const { slope, intercept } = modality ? { slope: 1, intercept: 0 } : header;
  const bits = modality?.bits ?? header.bitsStored;
  const min = header.signed && !modality ? -(2 ** (bits - 1)) : 0;
  const max = min + 2 ** bits - 1;
  const width = Math.abs(slope) * (max - min);
  return { centre: slope * ((min + max) / 2) + intercept, width: width || 1, shape: 'LINEAR_EXACT' };
}
