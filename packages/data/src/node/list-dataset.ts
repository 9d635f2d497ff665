import { dirname } from 'node:path';
import { checkOptions, checkText, withFile } from '@cxr/image';
import type { DatasetItem } from '../layouts/dataset-item.js';
import { isNoClass } from '../layouts/patient-of.js';
import { type ReadLabelCsvOptions, readLabelCsv } from '../layouts/read-label-csv.js';
import { findFiles } from './find-files.js';
import { listImages } from './list-images.js';
import { patientOfFile } from './patient-of-file.js';
import { readBytes } from './read-bytes.js';
import { pathBelow } from './zip-path.js';

const PARTS = new Set(['train', 'val', 'valid', 'validation', 'validate', 'test']);

/** How many files are opened at the same time, to read their patients. */
const CONCURRENCY = 16;

/** The largest table read: MIMIC-CXR's has 55 MB, PadChest's 90. */
const MAX_CSV_BYTES = 2 ** 27;

/**
 * The images of a data set, each with the label, part and patient that its path tells. It knows Kermany's folders,
 * `train/NORMAL/…` and `test/…`; any class folders, also inside folders named train, val or test; those of CheXpert and
 * MIMIC-CXR, which are patients and visits, not classes; and a folder of images. DICOM files are included; their patient
 * is the PatientID in the file.
 * @throws CxrFileError 'not-found', 'not-a-directory' or 'empty'.
 */
export async function listDataset(folder: string): Promise<DatasetItem[]> {
  const files = await listImages(folder, { recursive: true });
  const items = files.map((file): DatasetItem => {
    const folders = pathBelow(folder, file)
      .split('/')
      .slice(0, -1)
      .filter((name) => name !== '');
    // Folders above the part do not count, as in Kermany's archive: chest_xray/train/NORMAL.
    const at = folders.findIndex((name) => PARTS.has(name.toLowerCase()));
    const [part] = at < 0 ? [] : folders.splice(0, at + 1).slice(at);
    const label = folders.find((name) => !isNoClass(name));
    const item: DatasetItem = { file, labels: label === undefined ? [] : [label] };
    if (part !== undefined) item.part = part;
    return item;
  });
  return withPatients(items);
}

/**
 * The images that a CSV file lists, as `readLabelCsv` reads it. Paths start at the CSV file's folder, or at `root`. A file that
 * is not there is searched for: without the first folders of its path, and a file name without folders in all folders below.
 * @throws CxrFileError naming the file; RangeError for a column that is not there.
 */
export async function listFromCsv(file: string, options: ReadLabelCsvOptions = {}): Promise<DatasetItem[]> {
  checkText('file', file);
  checkOptions<ReadLabelCsvOptions>('listFromCsv', options, {
    root: true,
    path: true,
    label: true,
    patient: true,
  });
  const { root = dirname(file) } = options;
  const text = decodeText(await readBytes(file, MAX_CSV_BYTES));
  let rows: DatasetItem[];
  try {
    rows = readLabelCsv(text, { ...options, root: '' });
  } catch (error) {
    throw withFile(error, file);
  }
  const places = await findFiles(
    root,
    rows.map((row) => row.file),
  );
  return withPatients(rows.flatMap((row, i) => places[i]!.map((found) => ({ ...row, file: found }))));
}

/** Reads the patient from the files of items that have none yet. */
async function withPatients(items: DatasetItem[]): Promise<DatasetItem[]> {
  const waiting = items.values();
  const work = async (): Promise<void> => {
    for (const item of waiting) {
      if (item.patient !== undefined) continue;
      const patient = await patientOfFile(item.file);
      if (patient !== undefined) item.patient = patient;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return items;
}

/** UTF-16 if the file starts with its byte order mark, or else UTF-8, or else windows-1252. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
