import { isDicom, readElements } from '../codecs/dicom/dicom-elements.js';
import { isNoOne } from '../codecs/dicom/dicom-header.js';
import { PERSONAL_TAGS } from './personal-tags.js';

/** What a DICOM file has of personal data: never a value. */
export interface PersonalData {
  /** Keywords of attributes with a value, sorted: `['PatientBirthDate', 'PatientName']`. */
  tags: string[];
  /** Elements of private groups, which may hold anything. */
  privateElements: number;
  /** What Burned In Annotation (0028,0301) says; undefined if it is missing. */
  burnedIn: boolean | undefined;
  /** Whether Patient Identity Removed (0012,0062) is YES. */
  identityRemoved: boolean;
  /** Whether overlays, which often hold text, lie beside the pixels. */
  overlays: boolean;
}

const BURNED_IN = 0x00280301;
const IDENTITY_REMOVED = 0x00120062;

/**
 * Finds the attributes of a DICOM file that may tell whom it shows, those inside sequences, too (PS3.15, table E.1-1). Words such
 * as ANONYMOUS are no value. Whether letters are in the pixels: `lettersInCorners`.
 * @throws CxrFileError 'unsupported' unless it is DICOM, 'truncated' or 'corrupt'; TypeError unless `bytes` is a Uint8Array.
 */
export function findPersonalData(bytes: Uint8Array): PersonalData {
  const elements = readElements(bytes);
  const tags = new Set<string>();
  let privateElements = 0;
  let overlays = false;
  for (const [tag, value] of elements.everywhere()) {
    const group = tag >>> 16;
    if (group % 2 === 1) privateElements++;
    if (group >= 0x6000 && group <= 0x60ff && (tag & 0xffff) === 0x3000) overlays = true;
    const keyword = PERSONAL_TAGS[tag];
    if (keyword !== undefined && hasContent(value)) tags.add(keyword);
  }
  const burned = elements.text(BURNED_IN)?.trim().toUpperCase();
  return {
    tags: [...tags].sort(),
    privateElements,
    burnedIn: burned === 'YES' ? true : burned === 'NO' ? false : undefined,
    identityRemoved: elements.text(IDENTITY_REMOVED)?.trim().toUpperCase() === 'YES',
    overlays,
  };
}

/** As `findPersonalData`; undefined for files that are no DICOM. */
export function personalDataIn(bytes: Uint8Array): PersonalData | undefined {
  return isDicom(bytes) ? findPersonalData(bytes) : undefined;
}

function hasContent(value: Uint8Array): boolean {
  // Longer values are text.
  if (value.length > 64) return true;
  const text = String.fromCharCode(...value)
    .replace(/[\0\s^\\]+/g, ' ')
    .trim();
  return text !== '' && !isNoOne(text);
}
