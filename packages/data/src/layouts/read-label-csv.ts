import { CxrFileError, checkOptions } from '@cxr/image';
import type { DatasetItem } from './dataset-item.js';
import { isMissing, readLabels, readTruth } from './label-cells.js';
import { type CsvTable, parseTable } from './parse-csv.js';
import { patientOf } from './patient-of.js';

/** Columns of a table, and where its paths start. */
export interface ReadLabelCsvOptions {
  /**
   * The column of paths. Default: the first of these that the table has, in capitals or not: `Path`, `Image Index` (NIH),
   * `file`, `filename`, `image`, `ImageID` (PadChest), `image_id` (VinDr-CXR, without an extension: .dicom),
   * `X_ray_image_name` (CoronaHack), `patientId` (RSNA: .dcm). Without any: `subject_id`, `study_id` and `dicom_id` of
   * MIMIC-CXR together, or without `dicom_id` the folder of the study; or else `id`.
   */
  path?: string | undefined;
  /**
   * The column of labels: one, several separated by `|`, or a list such as `['pneumonia', 'normal']`. Default: the first of
   * these that the table has, in capitals or not: `Finding Labels`, `label`, `labels`, `class`, `class_name`, `finding`,
   * `diagnosis`, `target`. Without any, as in CheXpert, every column that holds only 1, 0, −1, true, false and nothing is a
   * finding.
   */
  label?: string | undefined;
  /**
   * The column of patients. Default: the first of these that the table has, in capitals or not: `Patient ID`, `patient`,
   * `patient_id`, `subject_id`. Without any: `patientOf` of the path.
   */
  patient?: string | undefined;
  /** Put in front of the paths that are not absolute. */
  root?: string | undefined;
}

/** As `simplify` gives them. */
const PATHS = [
  'path',
  'imageindex',
  'file',
  'filename',
  'filepath',
  'image',
  'imagepath',
  'imagename',
  'imageid',
  'imgid',
  'xrayimagename',
];
const LABELS = [
  'findinglabels',
  'label',
  'labels',
  'class',
  'classname',
  'finding',
  'findings',
  'diagnosis',
  'target',
];
const PATIENTS = ['patientid', 'patient', 'subjectid', 'subject'];
const PARTS = ['split', 'part', 'subset'];
/** Numbers of things, never findings, though a short table may hold only 0 and 1 there. */
const NUMBERS = /^$|^unnamed|(^|[ _])(id|index|age|fold|x|y|width|height|xmin|ymin|xmax|ymax|sex|gender)$/i;
/** `patientID` or `studyId`; in any case it would be `COVID` and `Fluid` too. */
const CAMEL_ID = /[a-z](ID|Id)$/;

/**
 * The items of a CSV file of paths and labels: NIH ChestX-ray14's, CheXpert's, MIMIC-CXR's, RSNA's, VinDr-CXR's, PadChest's,
 * or any with such columns. NIH's `No Finding` is a label like others; CheXpert's −1 goes to `uncertain`. What pandas takes
 * for missing, `nan` for one, is no label and no patient. Rows of one file, such as one for each box, become one item with
 * the labels of all.
 * @throws CxrFileError 'empty', 'corrupt' (also for two columns that could be the path, the label or the patient) or 'too-large'; RangeError
 * for a column that is not there.
 */
export function readLabelCsv(text: string, options: ReadLabelCsvOptions = {}): DatasetItem[] {
  checkOptions<ReadLabelCsvOptions>('readLabelCsv', options, {
    root: true,
    path: true,
    label: true,
    patient: true,
  });
  const { root = '' } = options;
  const table = parseTable(text);
  const pathOf = pathReader(table, options.path);
  const patient = findColumn(table, 'patient', options.patient, PATIENTS);
  const part = findColumn(table, 'part', undefined, PARTS);
  const label = findColumn(table, 'label', options.label, LABELS);
  if (table.rows.length === 0) throw new CxrFileError('empty', 'the CSV file has no rows');
  if (pathOf === undefined) {
    const names = table.names.slice(0, 20).join(', ');
    throw new CxrFileError('corrupt', `a CSV file without a column of paths: ${names}`);
  }
  const findings = label === undefined ? findingColumns(table) : [];
  const items = new Map<string, DatasetItem>();
  for (const row of table.rows) {
    const path = pathOf(row);
    if (path === '') continue;
    const value = (column: number | undefined): string => {
      const text = column === undefined ? '' : (row[column] ?? '').trim();
      return isMissing(text) ? '' : text;
    };
    const truths = findings.map((column) => readTruth(row[column] ?? ''));
    const named = (truth: number): string[] =>
      findings.filter((_, i) => truths[i] === truth).map((column) => table.names[column]!);
    const file = underRoot(root, path);
    addItem(items, {
      file,
      labels: label === undefined ? named(1) : readLabels(row[label] ?? ''),
      uncertain: named(-1),
      part: value(part),
      // pandas writes whole numbers as 1.0 in a column in which some are missing.
      patient: value(patient).replace(/^(\d+)\.0+$/, '$1') || patientOf(path),
    });
  }
  return [...items.values()];
}

type Row = Required<Pick<DatasetItem, 'file' | 'labels' | 'uncertain'>> & {
  part: string;
  patient: string | undefined;
};

/** One item for each file: further rows add to its labels. */
function addItem(items: Map<string, DatasetItem>, row: Row): void {
  const { file, labels, uncertain, part, patient } = row;
  const item = items.get(file) ?? { file, labels: [] };
  items.set(file, item);
  item.labels = [...new Set([...item.labels, ...labels])];
  const doubts = new Set([...(item.uncertain ?? []), ...uncertain]);
  for (const label of item.labels) doubts.delete(label);
  delete item.uncertain;
  if (doubts.size > 0) item.uncertain = [...doubts];
  if (part) item.part ??= part;
  if (patient) item.patient ??= patient;
}

/** A path that says itself where it starts stays as it is. */
function underRoot(root: string, path: string): string {
  if (root === '' || /^([\\/]|[a-z]:[\\/]|[a-z][a-z0-9+.-]+:\/\/)/i.test(path)) return path;
  return `${root.replace(/\/$/, '')}/${path.replace(/^(\.\/)+/, '')}`;
}

/**
 * The column of that name, or the first known one.
 * @param role what is looked for, for the message; also the name of the option.
 * @throws RangeError where the one asked for is not there; CxrFileError 'corrupt' where two columns have the known name.
 */
function findColumn(
  { names, written }: CsvTable,
  role: 'path' | 'label' | 'patient' | 'part',
  asked: string | undefined,
  known: readonly string[],
): number | undefined {
  if (asked !== undefined) {
    const column = names.indexOf(asked);
    if (column < 0) throw new RangeError(`invalid column: ${asked} (${names.slice(0, 20).join(', ')})`);
    return column;
  }
  const simple = written.map(simplify);
  const found = known.find((name) => simple.includes(name));
  if (found === undefined) return undefined;
  const columns = [...names.keys()].filter((column) => simple[column] === found);
  if (columns.length > 1)
    throw severalColumns(
      role,
      columns.map((column) => names[column]!),
    );
  return columns[0];
}

/** Taking the first of two columns would lose the other in silence. */
function severalColumns(role: string, names: readonly string[]): CxrFileError {
  const advice = role === 'part' ? 'rename one' : `say which by the option ${role}`;
  const list = names.slice(0, 20).join(', ');
  return new CxrFileError(
    'corrupt',
    `a CSV file with ${names.length} columns for the ${role}: ${list} (${advice})`,
  );
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}

/** Reads the path from a row; undefined if the table has no paths. */
function pathReader(table: CsvTable, asked: string | undefined): ((row: string[]) => string) | undefined {
  const { names } = table;
  const path = findColumn(table, 'path', asked, PATHS);
  const cell = (row: string[], column: number): string => {
    const text = (row[column] ?? '').trim();
    return isMissing(text) ? '' : text;
  };
  if (path !== undefined) {
    const extension = /^image_id$/i.test(names[path]!) ? '.dicom' : '';
    return (row) => withExtension(cell(row, path), extension);
  }
  const [subject, study, dicom] = ['subject_id', 'study_id', 'dicom_id'].map((name) => names.indexOf(name));
  if (subject! >= 0 && study! >= 0) {
    return (row) => {
      const [person, visit] = [cell(row, subject!), cell(row, study!)];
      const image = dicom! < 0 ? '' : cell(row, dicom!);
      if (person === '' || visit === '' || (dicom! >= 0 && image === '')) return '';
      const folder = `files/p${person.slice(0, 2)}/p${person}/s${visit}`;
      return image === '' ? folder : `${folder}/${withExtension(image, '.jpg')}`;
    };
  }
  // Only in RSNA's spelling: elsewhere a patient's number names no file.
  const rsna = names.indexOf('patientId');
  if (rsna >= 0) return (row) => withExtension(cell(row, rsna), '.dcm');
  // Kaggle's way: the image's name without an extension.
  const id = names.findIndex((name) => name.toLowerCase() === 'id');
  return id < 0 ? undefined : (row) => cell(row, id);
}

function withExtension(path: string, extension: string): string {
  return path === '' || /\.[a-z]{3,5}$/i.test(path) ? path : path + extension;
}

/** @throws CxrFileError 'corrupt' where two findings have one name. */
function findingColumns({ names, written, rows }: CsvTable): number[] {
  const known = new Set([...PATHS, ...PATIENTS, ...PARTS]);
  const findings = [...names.keys()].filter((column) => {
    const name = written[column]!;
    if (known.has(simplify(name)) || NUMBERS.test(name) || CAMEL_ID.test(name)) return false;
    return rows.every((row) => readTruth(row[column] ?? '') !== undefined);
  });
  const twice = findings.find((column) => written[column] !== names[column]);
  if (twice === undefined) return findings;
  throw new CxrFileError(
    'corrupt',
    `a CSV file with several columns of the finding ${written[twice]} (rename one)`,
  );
}
