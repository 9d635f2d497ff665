import { basename, extname } from 'node:path';
import { UsageError } from '@cxr/cli';
import { createRng, type DatasetItem, splitByPatient } from '@cxr/data';
import { type DuplicateGroup, filesDigest, inspectDataset, listDataset, listFromCsv } from '@cxr/data/node';
import { groupsOf } from './groups.js';
import { countClasses, type StudyItem } from './study-item.js';

/** Where the images come from. */
export interface DataOptions {
  /** A folder of class folders, or a CSV with paths and labels. */
  readonly data: string;
  /** The same, never trained on. @default the part `test` of `data`, or a fifth of its patients */
  readonly testData?: string | undefined;
  /** Which classes. @default all */
  readonly classes?: readonly string[] | undefined;
  /** Of two classes, the one that is looked for. @default the last by name */
  readonly positive?: string | undefined;
}

/** What was done so that no test image, and nobody on one, is trained on. */
export interface Separation {
  /** Persons in both parts as they came, and their training images, which are left out. */
  readonly patientsInBoth: number;
  readonly leftOutByPatient: number;
  /** Groups of equal or nearly equal images that reach over both parts, and their training images, which are left out. */
  readonly duplicatesInBoth: number;
  readonly leftOutByDuplicate: number;
  /** Groups of equal or nearly equal images within the training part: each is kept together like a patient. */
  readonly duplicatesInTrain: number;
  /** The same with different labels: one of them is wrong. */
  readonly duplicatesAcrossLabels: number;
  /** Images whose patient is unknown: each counts as a patient of its own. */
  readonly unknownPatients: number;
}

/** The images of a study. */
export interface StudyData {
  /** Names by number, sorted. */
  readonly classes: readonly string[];
  /** The number of the class that is looked for; for two classes only. */
  readonly positive: number;
  readonly train: readonly StudyItem[];
  readonly test: readonly StudyItem[];
  readonly separation: Separation;
  /** Where the test images come from, in words. */
  readonly testOrigin: string;
  /** Changes with the files, their sizes and labels. */
  readonly digest: string;
  /** What a reader must know. */
  readonly warnings: readonly string[];
}

/** Progress and abort of `openData`. */
export interface OpenDataHooks {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/**
 * Lists the images, and leaves out of the training part whoever is in the test part too: the same patient, the same image.
 * @throws UsageError where there are fewer than two classes, or `classes` or `positive` say what the data have no use for; CxrFileError for folders and tables that cannot be read.
 */
export async function openData(options: DataOptions, hooks: OpenDataHooks = {}): Promise<StudyData> {
  const warnings: string[] = [];
  const { items, origin } = await listParts(options, warnings);
  const classes = [...new Set(items.map(labelOf))].sort();
  if (classes.length < 2) {
    throw new UsageError(
      `a study needs two or more classes: ${options.data} has ${classes.join(', ') || 'none'}`,
    );
  }
  const absent = options.classes?.find((name) => !classes.includes(name));
  if (absent !== undefined)
    throw new UsageError(`--classes: no class ${absent} in the data (${classes.join(', ')})`);
  const positive = positiveOf(classes, options.positive);
  const report = await inspectDataset(items, { ...hooks, workers: 1 });
  warnings.push(...report.warnings);
  for (const { file, reason } of report.unreadable) warnings.push(`left out: ${basename(file)}: ${reason}`);
  const bad = new Set(report.unreadable.map(({ file }) => file));
  const readable = items.filter(({ file }) => !bad.has(file));
  const duplicates = [...report.exactDuplicates, ...report.nearDuplicates];
  const { train, test, separation } = separate(readable, duplicates, classes);
  for (const [part, own] of Object.entries({ train, test })) {
    const empty = countClasses(own, classes.length).indexOf(0);
    if (empty >= 0) throw new UsageError(`the ${part} images have none of class ${classes[empty]}`);
  }
  return {
    classes,
    positive,
    train,
    test,
    separation: { ...separation, unknownPatients: report.unknownPatients },
    testOrigin: origin,
    digest: await filesDigest([...train, ...test]),
    warnings,
  };
}

function positiveOf(classes: readonly string[], name: string | undefined): number {
  if (name === undefined) return classes.length - 1;
  const at = classes.indexOf(name);
  if (at < 0) throw new UsageError(`--positive ${name} is no class: ${classes.join(', ')}`);
  if (classes.length > 2)
    throw new UsageError(
      `--positive does nothing: there are ${classes.length} classes (${classes.join(', ')})`,
    );
  return at;
}

const labelOf = ({ labels }: DatasetItem): string => labels[0]!;

/** All images, each with its part, `train` or `test`, and one label. */
async function listParts(
  options: DataOptions,
  warnings: string[],
): Promise<{ items: DatasetItem[]; origin: string }> {
  const own = withOneLabel(await list(options.data), options, warnings);
  if (options.testData !== undefined) {
    const test = withOneLabel(await list(options.testData), options, warnings);
    const items = [...own.map(inPart('train')), ...test.map(inPart('test'))];
    return { items, origin: `--test-data ${basename(options.testData)}` };
  }
  if (own.some(({ part }) => part === 'test')) {
    const items = own.map((item) => inPart(item.part === 'test' ? 'test' : 'train')(item));
    return { items, origin: 'the part “test” of --data' };
  }
  const [train, test] = splitByPatient(own, [0.8, 0.2], createRng(0));
  const items = [...train!.map(inPart('train')), ...test!.map(inPart('test'))];
  return { items, origin: 'a fifth of the patients of --data, drawn once' };
}

const inPart =
  (part: string) =>
  (item: DatasetItem): DatasetItem => ({ ...item, part });

async function list(path: string): Promise<DatasetItem[]> {
  return extname(path).toLowerCase() === '.csv' ? listFromCsv(path) : listDataset(path);
}

/** Images with several of the classes, or none, would need other metrics than this study has. */
function withOneLabel(
  items: readonly DatasetItem[],
  { classes }: DataOptions,
  warnings: string[],
): DatasetItem[] {
  const kept = items.flatMap((item) => {
    const labels = item.labels.filter((label) => classes === undefined || classes.includes(label));
    return labels.length === 1 ? [{ ...item, labels }] : [];
  });
  const lost = items.length - kept.length;
  if (lost > 0) warnings.push(`${lost} images have none or several of the classes and are left out`);
  return kept;
}

type Separated = Pick<StudyData, 'train' | 'test'> & { separation: Omit<Separation, 'unknownPatients'> };

function separate(
  items: readonly DatasetItem[],
  duplicates: readonly DuplicateGroup[],
  classes: readonly string[],
): Separated {
  const across = duplicates.filter(({ acrossParts }) => acrossParts);
  const copies = new Set(across.flatMap(({ files }) => files));
  const parts = {
    train: items.filter(({ part }) => part === 'train'),
    test: items.filter(({ part }) => part === 'test'),
  };
  const persons = groupsOf(items, []);
  const tested = new Set(parts.test.map(({ file }) => persons.get(file)!));
  const shared = new Set(
    parts.train.flatMap(({ file }) => (tested.has(persons.get(file)!) ? [persons.get(file)!] : [])),
  );
  const byPatient = parts.train.filter(({ file }) => shared.has(persons.get(file)!));
  const byCopy = parts.train.filter(({ file }) => copies.has(file));
  const out = new Set([...byPatient, ...byCopy].map(({ file }) => file));
  const groups = groupsOf(items, duplicates);
  const study = ({ file, labels }: DatasetItem): StudyItem => ({
    file,
    label: classes.indexOf(labels[0]!),
    group: groups.get(file)!,
  });
  const trained = new Set(parts.train.map(({ file }) => file));
  return {
    train: parts.train.filter(({ file }) => !out.has(file)).map(study),
    test: parts.test.map(study),
    separation: {
      patientsInBoth: shared.size,
      leftOutByPatient: byPatient.length,
      duplicatesInBoth: across.length,
      leftOutByDuplicate: byCopy.length,
      duplicatesInTrain: duplicates.filter(({ files }) => files.every((file) => trained.has(file))).length,
      duplicatesAcrossLabels: duplicates.filter(({ acrossLabels }) => acrossLabels).length,
    },
  };
}
