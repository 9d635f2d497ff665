import {
  bitsFlag,
  type CliContext,
  type Command,
  shardFlag,
  UsageError,
  type WindowChoice,
  wholeNumberFlag,
  windowFlag,
} from '@cxr/cli';
import { CxrFileError, type Image } from '@cxr/image';
import { encodePng } from '../codecs/encode-png.js';
import { contactSheet } from '../contact-sheet.js';
import type { DatasetItem } from '../layouts/dataset-item.js';
import { checkWritable } from '../node/check-writable.js';
import {
  type DatasetReport,
  type DuplicateGroup,
  inspectDataset,
  type PrivacyReport,
  type Range,
} from '../node/inspect-dataset.js';
import { listDataset, listFromCsv } from '../node/list-dataset.js';
import { readImages } from '../node/read-images.js';
import { inShard, type Shard } from '../node/shard.js';
import { writeFileAtomic } from '../node/write-file-atomic.js';

/** Images of each class on a sheet. */
const SHEET_COLUMNS = 8;
/** Rows of a sheet: classes beyond are left out. */
const SHEET_ROWS = 16;
/** Lines of each list that are printed; `--json` has them all. */
const SHOWN = 10;

/** Adds `cxr-data inspect`. */
export function defineInspect(program: Command, context: CliContext): void {
  program
    .command('inspect')
    .description(
      'class balance, sizes, brightness, exact and near duplicates, patients in two parts, personal data (which DICOM tags, letters in corners: counts, no values), files that cannot be read',
    )
    .argument(
      '<source>',
      'a folder, a zip file or a folder in it (set.zip!train), or a CSV or TSV file with a column of paths',
    )
    .option('--sheet <file.png>', 'draw some images of each class')
    .option('--root <dir>', "folder that the table's paths start at (default: the CSV file's)")
    .option('--path <column>', "the table's column of paths (default: the first of a known name)")
    .option('--label <column>', "the table's column of labels (default: the first of a known name)")
    .option('--patient <column>', "the table's column of patients (default: the first of a known name)")
    .addOption(wholeNumberFlag('--workers <n>', 'threads (default: one a core, at most 8)'))
    .addOption(bitsFlag())
    .addOption(windowFlag())
    .addOption(shardFlag('image'))
    .option('--json', 'print one JSON object')
    .action((source: string, options: InspectOptions) => inspect(source, options, context));
}

interface InspectOptions {
  sheet?: string;
  root?: string;
  path?: string;
  label?: string;
  patient?: string;
  workers?: number;
  bits?: number | undefined;
  window?: WindowChoice | undefined;
  shard?: Shard;
  json?: boolean;
}

/** Flags that say how to read a table. */
const TABLE_FLAGS = ['root', 'path', 'label', 'patient'] as const;

async function inspect(source: string, options: InspectOptions, context: CliContext): Promise<void> {
  const { output, signal } = context;
  const { sheet, workers, bits, window } = options;
  await checkWritable(sheet);
  const items = [...inShard(await listItems(source, options), options.shard)];
  const report = await inspectDataset(items, {
    workers,
    bits,
    window,
    signal,
    onProgress: ({ done, total }) => output.progress({ phase: 'reading', done, total, unit: 'images' }),
  });
  if (options.json) output.result(JSON.stringify(report));
  else for (const line of linesOf(report)) output.result(line);
  // After the report, which is then not lost where the sheet cannot be written.
  if (sheet !== undefined) {
    const drawn = await sheetOf(items, { bits, window });
    if (drawn) await writeFileAtomic(sheet, encodePng(drawn));
    output.note(drawn ? `${sheet}: a row for each class` : `${sheet} is not written: no image can be read`);
  }
  const { missing, images } = report;
  if (missing.length > 0) {
    throw new CxrFileError('not-found', `${missing.length} of ${images} files are missing`, { file: source });
  }
}

/** @throws UsageError for a column that is not in the table, or a table's flag with a folder. */
async function listItems(source: string, options: InspectOptions): Promise<DatasetItem[]> {
  if (!/\.(csv|tsv)$/i.test(source)) {
    const flag = TABLE_FLAGS.find((name) => options[name] !== undefined);
    if (flag !== undefined) throw new UsageError(`--${flag} is for CSV files, and ${source} is not one`);
    return listDataset(source);
  }
  const { root, path, label, patient } = options;
  try {
    return await listFromCsv(source, { root, path, label, patient });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Some images of each class, a row each, evenly spread over the list; undefined where none can be read. */
async function sheetOf(
  items: readonly DatasetItem[],
  { bits, window }: Pick<InspectOptions, 'bits' | 'window'>,
): Promise<Image | undefined> {
  const classes = new Map<string, DatasetItem[]>();
  for (const item of items) {
    const name = `${item.part ?? ''}/${item.labels.join('|')}`;
    const members = classes.get(name);
    if (members) members.push(item);
    else classes.set(name, [item]);
  }
  const files = [...classes.values()].slice(0, SHEET_ROWS).flatMap((members) => {
    const count = Math.min(SHEET_COLUMNS, members.length);
    return Array.from({ length: count }, (_, i) => members[Math.floor((i * members.length) / count)]!.file);
  });
  const images: Image[] = [];
  for await (const { image } of readImages(files, { skipBad: true, bits, window })) images.push(image);
  if (images.length === 0) return undefined;
  return contactSheet(images, { columns: Math.min(SHEET_COLUMNS, images.length), cell: 128 });
}

function* linesOf(report: DatasetReport): Generator<string, void, void> {
  yield `images       ${report.images}`;
  for (const { part, label, images, patients } of report.classes) {
    const share = ((100 * images) / report.images).toFixed(1);
    const name = [part, label].filter((text) => text !== '').join(' / ') || 'no class';
    yield `  ${name}: ${images} (${share} %)${patients > 0 ? `, ${patients} patients` : ''}`;
  }
  yield `width        ${rangeText(report.width)}`;
  yield `height       ${rangeText(report.height)}`;
  yield `kinds        ${Object.entries(report.kinds)
    .map(([kind, count]) => `${kind} bits: ${count}`)
    .join(', ')}`;
  yield `brightness   mean ${report.mean.toFixed(1)}, standard deviation ${report.std.toFixed(1)} (0 to 255)`;
  yield* listed('patients in more than one part', report.patientsAcrossParts);
  yield* privacyLines(report.privacy);
  yield* listed('groups of exact duplicates', report.exactDuplicates.map(groupText));
  yield* listed('groups of near duplicates', report.nearDuplicates.map(groupText));
  yield* listed(
    'files that cannot be read',
    report.unreadable.map(({ file, reason }) => `${file}: ${reason}`),
  );
  for (const warning of report.warnings) yield `warning: ${warning}`;
}

function* privacyLines(privacy: PrivacyReport): Generator<string, void, void> {
  const { dicom, identityRemoved, tags, privateElements, overlays, burnedIn, lettersInCorners } = privacy;
  yield `letters in a corner, perhaps: ${lettersInCorners}`;
  if (dicom === 0) return;
  const names = Object.entries(tags).map(([keyword, files]) => `${keyword}: ${files}`);
  yield* listed(`personal data in ${dicom} DICOM files, tags with a value`, names, Number.POSITIVE_INFINITY);
  yield `  private elements: ${privateElements}, overlays: ${overlays}, identity said to be removed: ${identityRemoved}`;
  yield `  text said to be burnt in: ${burnedIn.yes} yes, ${burnedIn.no} no, ${burnedIn.unstated} unstated`;
}

function rangeText({ min, median, max }: Range): string {
  return min === max ? `${min}` : `${min} to ${max}, median ${median}`;
}

function groupText({ files, acrossParts, acrossLabels }: DuplicateGroup): string {
  const marks = `${acrossParts ? ' [in two parts]' : ''}${acrossLabels ? ' [in two classes]' : ''}`;
  return files.join(' = ') + marks;
}

function* listed(title: string, entries: readonly string[], shown = SHOWN): Generator<string, void, void> {
  yield `${title}: ${entries.length}`;
  for (const entry of entries.slice(0, shown)) yield `  ${entry}`;
  if (entries.length > shown) yield `  … and ${entries.length - shown} more (--json)`;
}
