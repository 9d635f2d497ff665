import { CxrFileError, checkOptions } from '@cxr/image';
import { type DicomElements, readElements } from './dicom-elements.js';

/** Photometric interpretation (0028,0004). */
export type Photometric =
  | 'MONOCHROME1'
  | 'MONOCHROME2'
  | 'RGB'
  | 'YBR_FULL'
  | 'YBR_FULL_422'
  | 'YBR_ICT'
  | 'YBR_RCT'
  | 'PALETTE COLOR';

const PHOTOMETRICS: readonly string[] = [
  'MONOCHROME1',
  'MONOCHROME2',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_ICT',
  'YBR_RCT',
  'PALETTE COLOR',
] satisfies Photometric[];

/** VOI LUT Function (0028,1056). */
export type WindowFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** Which values are shown, from black to white (PS3.3, C.11.2.1.2). In units after slope and intercept. */
export interface DicomWindow {
  centre: number;
  width: number;
  /** @default 'LINEAR'; for TIFF 'LINEAR_EXACT' */
  shape?: WindowFunction;
}

/** What a DICOM file says of its pixels, and of whom they show. */
export interface DicomHeader {
  /** A unique identifier: '1.2.840.10008.1.2.1' is explicit VR little endian. */
  transferSyntax: string;
  patientId: string | undefined;
  modality: string | undefined;
  viewPosition: string | undefined;
  width: number;
  height: number;
  frames: number;
  /** Samples a pixel: 1 or 3. */
  samples: number;
  photometric: Photometric;
  /** Three samples plane after plane, not pixel after pixel. */
  planar: boolean;
  bitsAllocated: 1 | 8 | 16 | 32;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  slope: number;
  intercept: number;
  /** The first one of the file. */
  window: DicomWindow | undefined;
}

/** Which files `readDicomHeader` reads. */
export interface ReadDicomHeaderOptions {
  /** Reads files without preamble and DICM, too, as pydicom does if forced. @default false */
  force?: boolean | undefined;
}

/**
 * Reads what a DICOM file declares.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'; RangeError for an unknown option.
 */
export function readDicomHeader(bytes: Uint8Array, options: ReadDicomHeaderOptions = {}): DicomHeader {
  checkOptions<ReadDicomHeaderOptions>('readDicomHeader', options, { force: true });
  return headerOf(readElements(bytes, undefined, options.force));
}

/** Names that say only that the true one was taken out. */
const NO_ONE = /^(anon|anonym(ous|i[sz]ed)|unknown|none|null|n\/?a|removed)$/i;

/** Whether a text says only that a name, number or date was taken out. */
export function isNoOne(text: string): boolean {
  return NO_ONE.test(text);
}

/**
 * The PatientID of a DICOM file, or of the start of one; undefined if it is missing or a word such as ANONYMOUS.
 * @throws CxrFileError 'unsupported', 'truncated' or 'corrupt'.
 */
export function dicomPatient(bytes: Uint8Array): string | undefined {
  const id = readElements(bytes, (group) => group <= 0x0010).text(PATIENT_ID) ?? '';
  return id === '' || isNoOne(id) ? undefined : id;
}

const PATIENT_ID = 0x00100020;

/**
 * The header from elements that were read.
 * @param lenient makes a window that cannot be read one of no numbers, and no error.
 */
export function headerOf(elements: DicomElements, lenient = false): DicomHeader {
  const need = (tag: number, name: string): number => {
    const value = elements.short(tag);
    if (value === undefined) throw new CxrFileError('corrupt', `a DICOM file without ${name}`);
    return value;
  };
  const samples = elements.short(0x00280002) ?? 1;
  const photometric = elements.text(0x00280004) ?? 'MONOCHROME2';
  const bitsAllocated = need(0x00280100, 'bits allocated');
  const bitsStored = elements.short(0x00280101) ?? bitsAllocated;
  const highBit = elements.short(0x00280102) ?? bitsStored - 1;
  if (!PHOTOMETRICS.includes(photometric)) {
    throw new CxrFileError('unsupported', `a DICOM image of photometric interpretation ${photometric}`);
  }
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw new CxrFileError('unsupported', `a DICOM image of ${bitsAllocated} bits`);
  }
  const small = bitsAllocated === 8 || bitsAllocated === 16;
  if (!small && !/^MONOCHROME/.test(photometric)) {
    throw new CxrFileError('unsupported', `a DICOM image of ${bitsAllocated} bits, ${photometric}`);
  }
  if (samples !== (/^(RGB|YBR)/.test(photometric) ? 3 : 1)) {
    throw new CxrFileError('corrupt', `a DICOM image of ${samples} samples a pixel, ${photometric}`);
  }
  if (!(bitsStored > 0 && bitsStored <= highBit + 1 && highBit < bitsAllocated)) {
    throw new CxrFileError('corrupt', `a DICOM image of ${bitsStored} bits, the highest ${highBit}`);
  }
  return {
    transferSyntax: elements.transferSyntax,
    patientId: elements.text(PATIENT_ID) || undefined,
    modality: elements.text(0x00080060) || undefined,
    viewPosition: elements.text(0x00185101) || undefined,
    width: need(0x00280011, 'columns'),
    height: need(0x00280010, 'rows'),
    frames: Math.max(1, Math.trunc(elements.decimal(0x00280008) ?? 1)),
    samples,
    photometric: photometric as Photometric,
    planar: elements.short(0x00280006) === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: elements.short(0x00280103) === 1,
    slope: elements.decimal(0x00281053) ?? 1,
    intercept: elements.decimal(0x00281052) ?? 0,
    window: lenient ? windowOrNone(elements) : windowOf(elements),
  };
}

function windowOrNone(elements: DicomElements): DicomWindow | undefined {
  try {
    return windowOf(elements);
  } catch (error) {
    if (error instanceof CxrFileError) return { centre: Number.NaN, width: Number.NaN };
    throw error;
  }
}

function windowOf(elements: DicomElements): DicomWindow | undefined {
  const centre = elements.decimal(0x00281050);
  const width = elements.decimal(0x00281051);
  if (centre === undefined || width === undefined) return undefined;
  const shape = elements.text(0x00281056)?.toUpperCase() || 'LINEAR';
  if (shape !== 'LINEAR' && shape !== 'LINEAR_EXACT' && shape !== 'SIGMOID') {
    throw new CxrFileError('unsupported', `a DICOM window of shape ${shape}`);
  }
  return { centre, width, shape };
}
