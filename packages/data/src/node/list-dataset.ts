import { readFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { withFile } from '@cxr/image';
import type { DatasetItem } from '../layouts/dataset-item.js';
import { patientOf } from '../layouts/patient-of.js';
import { type ReadLabelCsvOptions, readLabelCsv } from '../layouts/read-label-csv.js';
import { fileSystemError } from './file-system-error.js';
import { listImages } from './list-images.js';

const PARTS = new Set(['train', 'val', 'valid', 'validation', 'test']);

/**
 * The images of a data set with what its layout says of them: Kermany's tree, `train/NORMAL/…` and `test/…`; any tree of
 * class folders, with or without parts above them; a folder of images. DICOM files (.dcm, .dicom) count.
 * @throws CxrFileError 'not-found', 'not-a-directory' or 'empty'.
 */
export async function listDataset(folder: string): Promise<DatasetItem[]> {
  const files = await listImages(folder, { recursive: true, dicom: true });
  return files.map((file) => {
    const folders = relative(folder, dirname(file))
      .split(sep)
      .filter((name) => name !== '');
    // An outer folder, as in Kermany's own archive: chest_xray/train/NORMAL.
    const at = folders.findIndex((name) => PARTS.has(name.toLowerCase()));
    const [part] = at < 0 ? [] : folders.splice(0, at + 1).slice(at);
    const [label] = folders;
    const patient = patientOf(file);
    return {
      file,
      labels: label === undefined ? [] : [label],
      ...(part === undefined ? {} : { part }),
      ...(patient === undefined ? {} : { patient }),
    };
  });
}

/**
 * The images that a CSV file lists, as `readLabelCsv` reads it; paths start at the CSV file's folder, or at `root`.
 * @throws CxrFileError naming the file; RangeError for a column that is not there.
 */
export async function listFromCsv(file: string, options: ReadLabelCsvOptions = {}): Promise<DatasetItem[]> {
  const { root = dirname(file) } = options;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw fileSystemError(cause, file);
  });
  try {
    return readLabelCsv(text, { ...options, root });
  } catch (error) {
    throw withFile(error, file);
  }
}
