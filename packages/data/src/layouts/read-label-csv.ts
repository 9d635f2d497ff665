import { CxrFileError } from '@cxr/image';
import type { DatasetItem } from './dataset-item.js';
import { parseCsv } from './parse-csv.js';
import { patientOf } from './patient-of.js';

export interface ReadLabelCsvOptions {
  /** The column of paths. Default: the first of `Path`, `Image Index`, `path`, `file`, `filename`, `image` there is. */
  path?: string;
  /**
   * The column of labels, several of them separated by `|`. Default: the first of `Finding Labels`, `label`, `labels`,
   * `class`, `target` there is; else, as CheXpert has it, every column that holds only 1, 0, −1 and nothing is a finding.
   */
  label?: string;
  /** Default: the first of `Patient ID`, `patient`, `patient_id` there is; else what `patientOf` makes of the path. */
  patient?: string;
  /** Put in front of the paths. */
  root?: string;
}

const PATHS = ['Path', 'Image Index', 'path', 'file', 'filename', 'image'];
const LABELS = ['Finding Labels', 'label', 'labels', 'class', 'target'];
const PATIENTS = ['Patient ID', 'patient', 'patient_id'];

/**
 * The items of a CSV file of paths and labels: NIH ChestX-ray14's, CheXpert's, or any with such columns. NIH's
 * `No Finding` is a label like others; CheXpert's −1 goes to `uncertain`.
 * @throws CxrFileError 'empty' or 'corrupt'; RangeError for a column that is not there.
 */
export function readLabelCsv(text: string, options: ReadLabelCsvOptions = {}): DatasetItem[] {
  const { root = '' } = options;
  const rows = parseCsv(text);
  const names = Object.keys(rows[0] ?? {});
  const pick = (wanted: string | undefined, known: string[]): string | undefined => {
    if (wanted !== undefined && !names.includes(wanted)) throw new RangeError(`invalid column: ${wanted}`);
    return wanted ?? known.find((name) => names.includes(name));
  };
  const path = pick(options.path, PATHS);
  const label = pick(options.label, LABELS);
  const patient = pick(options.patient, PATIENTS);
  if (rows.length === 0) throw new CxrFileError('empty', 'the CSV file has no rows');
  if (path === undefined)
    throw new CxrFileError('corrupt', `a CSV file without a column of paths: ${names.join(', ')}`);
  const findings = label === undefined ? findingColumns(rows, names) : [];
  return rows.map((row) => {
    const file = row[path]!;
    const uncertain = findings.filter((name) => Number(row[name]) === -1);
    const whom = patient === undefined ? patientOf(file) : row[patient];
    return {
      file: root === '' ? file : `${root.replace(/\/$/, '')}/${file}`,
      labels: label === undefined ? findings.filter((name) => Number(row[name]) === 1) : split(row[label]!),
      ...(uncertain.length > 0 ? { uncertain } : {}),
      ...(whom ? { patient: whom } : {}),
    };
  });
}

function split(labels: string): string[] {
  return labels
    .split('|')
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

function findingColumns(rows: Record<string, string>[], names: string[]): string[] {
  return names.filter((name) => rows.every((row) => /^(-?1(\.0)?|0(\.0)?)?$/.test(row[name]!)));
}
