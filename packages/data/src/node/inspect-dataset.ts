import {
  BitsMonitor,
  type CxrFileError,
  checkBits,
  checkList,
  checkOptions,
  describeValue,
} from '@cxr/image';
import { checkWindow } from '../codecs/dicom/check-window.js';
import type { DatasetItem } from '../layouts/dataset-item.js';
import { findDuplicates } from '../layouts/find-duplicates.js';
import { patientKey } from '../layouts/patient-of.js';
import { unknownPatientsWarning } from '../layouts/split-by-patient.js';
import type { PersonalData } from '../privacy/find-personal-data.js';
import type { ReadImageOptions } from './read-image.js';
import type { ImageSummary, SummariseJob } from './summarise-file.js';
import { WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

/** Threads, abort and progress of `inspectDataset`. */
export interface InspectDatasetOptions extends WorkerPoolOptions {
  /** Bits that 16-bit PNG and TIFF really use, see `decodeImage`. @default 16, with a warning where they use fewer */
  bits?: number | undefined;
  /** Values shown of DICOM, and of grey TIFF with signed, floating-point or 32-bit samples, see `decodeImage`. @default 'file', as the file says */
  window?: ReadImageOptions['window'];
  /** Aborts the work: its reason is thrown. @default none */
  signal?: AbortSignal | undefined;
  /** Called after each file. @default none */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/** Of a number that each image has. */
export interface Range {
  min: number;
  median: number;
  max: number;
}

/** Images and persons of one class in one part. */
export interface ClassCount {
  /** '' if the data set has no parts. */
  part: string;
  /** '' if unknown; several findings are joined by ' | '. */
  label: string;
  images: number;
  /** Different patients, without the images of `unknownPatients`. */
  patients: number;
  /** Images whose patient is unknown. */
  unknownPatients: number;
}

/** Files that show the same image. */
export interface DuplicateGroup {
  files: string[];
  /** Whether they lie in different parts: a test image was trained on. */
  acrossParts: boolean;
  /** Whether they have different labels: one of them is wrong. */
  acrossLabels: boolean;
}

/** What `inspectDataset` found. */
export interface DatasetReport {
  images: number;
  classes: ClassCount[];
  width: Range;
  height: Range;
  /** Images by channels and depth: `{ 'grey 8': 16 }`. */
  kinds: Record<string, number>;
  /** Mean and standard deviation of the grey values, 0..255; every image has the same weight. */
  mean: number;
  std: number;
  /** Images whose patient is unknown: a split by patient cannot place them safely. */
  unknownPatients: number;
  /** Persons with images in more than one part. */
  patientsAcrossParts: string[];
  exactDuplicates: DuplicateGroup[];
  nearDuplicates: DuplicateGroup[];
  /** Files that a CSV file lists and that do not exist; they are in `unreadable`, too. */
  missing: string[];
  unreadable: { file: string; code: string; reason: string }[];
  /** Personal data, as counts of files: never a value. */
  privacy: PrivacyReport;
  /** What a person should know before the set is used, a sentence each. */
  warnings: string[];
}

/** How many files of a data set have what may tell whom they show. */
export interface PrivacyReport {
  /** Files that are DICOM. */
  dicom: number;
  /** DICOM files that say that the patient's identity was removed. */
  identityRemoved: number;
  /** DICOM files with a value for an attribute, by its keyword: see `findPersonalData`. */
  tags: Record<string, number>;
  /** DICOM files with private elements, which may hold anything. */
  privateElements: number;
  /** DICOM files with overlays. */
  overlays: number;
  /** What DICOM files say of text in their pixels (Burned In Annotation). */
  burnedIn: { yes: number; no: number; unstated: number };
  /** Images of any format with what looks like text in a corner: see `lettersInCorners`. */
  lettersInCorners: number;
}

/**
 * Looks at every image of a data set: sizes, kinds, brightness, class balance, duplicates, persons in two parts, personal data.
 * @throws the signal's reason when aborted; RangeError for unknown or invalid options; TypeError for what is no array of items. Files that cannot be read are part of the report.
 */
export async function inspectDataset(
  items: readonly DatasetItem[],
  options: InspectDatasetOptions = {},
): Promise<DatasetReport> {
  checkOptions<InspectDatasetOptions>('inspectDataset', options, {
    bits: true,
    window: true,
    workers: true,
    ahead: true,
    signal: true,
    onProgress: true,
  });
  checkItems(items);
  const { signal, onProgress, workers, ahead, bits, window } = options;
  if (bits !== undefined) checkBits(bits);
  checkWindow('window', window, 'LINEAR_EXACT');
  const pool = new WorkerPool<SummariseJob, ImageSummary>(
    new URL(import.meta.url.replace(/inspect-dataset(\.[jt]s)/, 'summarise-file$1')),
    { workers, ahead },
  );
  const bad: CxrFileError[] = [];
  const good: DatasetItem[] = [];
  const summaries: ImageSummary[] = [];
  try {
    let done = 0;
    const jobs = items.map(({ file }) => ({ file, bits, window }));
    for await (const result of pool.map(jobs, { signal })) {
      if ('error' in result) bad.push(result.error);
      else {
        good.push(items[done]!);
        summaries.push(result.value);
      }
      done++;
      onProgress?.({ done, total: jobs.length });
    }
  } finally {
    await pool.close();
  }
  return report(items, good, summaries, bad);
}

function checkItems(items: readonly DatasetItem[]): void {
  checkList('items', items);
  for (const item of items as readonly (DatasetItem | null | undefined)[]) {
    if (typeof item?.file === 'string' && Array.isArray(item.labels)) continue;
    throw new TypeError(
      `an item to inspect is { file, labels }, as listDataset gives it, not ${describeValue(item)}`,
    );
  }
}

function report(
  items: readonly DatasetItem[],
  good: readonly DatasetItem[],
  summaries: readonly ImageSummary[],
  bad: readonly CxrFileError[],
): DatasetReport {
  const missing = bad.filter(({ code }) => code === 'not-found');
  const { exact, near } = findDuplicates(summaries);
  const groupOf = (indices: number[]): DuplicateGroup => {
    const group = indices.map((index) => good[index]!);
    return {
      files: group.map(({ file }) => file),
      acrossParts: new Set(group.map(({ part }) => part)).size > 1,
      acrossLabels: new Set(group.map(labelOf)).size > 1,
    };
  };
  const mean = average(summaries.map((summary) => summary.mean));
  return {
    images: items.length,
    classes: countClasses(items),
    width: rangeOf(summaries.map(({ width }) => width)),
    height: rangeOf(summaries.map(({ height }) => height)),
    kinds: count(summaries.map(({ channels, depth }) => `${channels === 1 ? 'grey' : 'RGB'} ${depth}`)),
    mean,
    std: Math.sqrt(Math.max(0, average(summaries.map(({ meanSquare }) => meanSquare)) - mean ** 2)),
    unknownPatients: countUnknown(items),
    patientsAcrossParts: patientsAcrossParts(items),
    exactDuplicates: exact.map(groupOf),
    nearDuplicates: near.map(groupOf),
    missing: missing.map(({ file = '' }) => file),
    unreadable: bad.map(({ file = '', code, reason }) => ({ file, code, reason })),
    privacy: privacyOf(summaries),
    warnings: warningsOf(items, summaries, missing.length),
  };
}

function warningsOf(
  items: readonly DatasetItem[],
  summaries: readonly ImageSummary[],
  missing: number,
): string[] {
  const warnings: string[] = [];
  if (missing > 0) warnings.push(`${missing} of ${items.length} files are missing`);
  const unknown = unknownPatientsWarning(countUnknown(items), items.length);
  if (unknown !== undefined) warnings.push(unknown);
  const bitsMonitor = new BitsMonitor((message) => warnings.push(message));
  for (const { usedBits } of summaries) if (usedBits !== undefined) bitsMonitor.add(usedBits);
  bitsMonitor.finish();
  return warnings;
}

function privacyOf(summaries: readonly ImageSummary[]): PrivacyReport {
  const dicom = summaries.flatMap(({ personal }) => (personal ? [personal] : []));
  const files = (is: (personal: PersonalData) => boolean): number => dicom.filter(is).length;
  return {
    dicom: dicom.length,
    identityRemoved: files(({ identityRemoved }) => identityRemoved),
    tags: count(dicom.flatMap(({ tags }) => tags).sort()),
    privateElements: files(({ privateElements }) => privateElements > 0),
    overlays: files(({ overlays }) => overlays),
    burnedIn: {
      yes: files(({ burnedIn }) => burnedIn === true),
      no: files(({ burnedIn }) => burnedIn === false),
      unstated: files(({ burnedIn }) => burnedIn === undefined),
    },
    lettersInCorners: summaries.filter(({ letters }) => letters).length,
  };
}

function labelOf({ labels }: DatasetItem): string {
  return labels.join(' | ');
}

function countClasses(items: readonly DatasetItem[]): ClassCount[] {
  const classes = new Map<string, ClassCount & { persons: Set<string> }>();
  for (const item of items) {
    const { part = '', patient } = item;
    const label = labelOf(item);
    const key = `${part}\n${label}`;
    const entry = classes.get(key) ?? {
      part,
      label,
      images: 0,
      patients: 0,
      unknownPatients: 0,
      persons: new Set(),
    };
    classes.set(key, entry);
    entry.images++;
    if (patient === undefined) entry.unknownPatients++;
    else entry.persons.add(patientKey(patient));
  }
  return [...classes.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { persons, ...rest }]) => ({ ...rest, patients: persons.size }));
}

function countUnknown(items: readonly DatasetItem[]): number {
  return items.filter(({ patient }) => patient === undefined).length;
}

function patientsAcrossParts(items: readonly DatasetItem[]): string[] {
  const persons = new Map<string, { patient: string; parts: Set<string> }>();
  for (const { patient, part } of items) {
    if (patient === undefined || part === undefined) continue;
    const key = patientKey(patient);
    const person = persons.get(key) ?? { patient, parts: new Set() };
    persons.set(key, person);
    person.parts.add(part);
  }
  return [...persons.values()].filter(({ parts }) => parts.size > 1).map(({ patient }) => patient);
}

function rangeOf(values: readonly number[]): Range {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? 0, sorted[sorted.length >> 1] ?? 0];
  return { min: sorted[0] ?? 0, median: (low + high) / 2, max: sorted.at(-1) ?? 0 };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
