import { CxrFileError } from '@cxr/image';
import { dicomPatient } from '../codecs/dicom/dicom-header.js';
import { patientOf } from '../layouts/patient-of.js';
import { isDicomName } from './list-images.js';
import { readBytes, readFirstBytes } from './read-bytes.js';
import { maxImageBytes } from './read-whole-file.js';

/** Bytes read of a DICOM file to find the patient, who stands near its start. */
const START = 2 ** 16;

/** Whom a file shows: what a DICOM file says, else what the path says; undefined where neither does. Never throws. */
export async function patientOfFile(file: string): Promise<string | undefined> {
  return (isDicomName(file) ? await patientInDicom(file) : undefined) ?? patientOf(file);
}

async function patientInDicom(file: string): Promise<string | undefined> {
  try {
    return dicomPatient(await readFirstBytes(file, START));
  } catch (error) {
    return error instanceof CxrFileError && error.code === 'truncated' ? patientInWhole(file) : undefined;
  }
}

async function patientInWhole(file: string): Promise<string | undefined> {
  try {
    return dicomPatient(await readBytes(file, maxImageBytes()));
  } catch {
    // A file that cannot be read is reported when its pixels are read.
    return undefined;
  }
}
