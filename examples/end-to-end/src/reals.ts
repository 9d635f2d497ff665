import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { phantoms } from '@cxr/data';
import { listClassFolders, listImages, type ReadImagesOptions, readImages } from '@cxr/data/node';
import { CxrFileError, type NamedImage } from '@cxr/image';
import type { Options } from './options.js';

/** Where X-rays of this layout usually come from; quoted wherever the data set is used. */
const KERMANY =
  'If these are the images of D. Kermany et al. (Cell 172(5), 2018; Mendeley Data rscbjbr9sj): CC BY 4.0.';
const PHANTOM_COUNT = 256;
/** A distance needs a covariance of each set; the training images are scored by halves, too. */
const MIN_SET = 2;
const MIN_TRAIN = 2 * MIN_SET;

/** A set of real images that can be gone through again and again, one image in memory at a time. */
export interface CountedImages {
  readonly count: number;
  /** The images, from the first one on. */
  read(signal?: AbortSignal): AsyncIterable<NamedImage> | Iterable<NamedImage>;
}

/** The real images of a run. */
export interface Reals {
  /** What they are, in a sentence or two for the report. */
  readonly description: string;
  /** Trained on. */
  readonly train: CountedImages;
  /** Never trained on. */
  readonly test?: CountedImages | undefined;
}

function fileSet(files: readonly string[], options: ReadImagesOptions): CountedImages {
  return { count: files.length, read: (signal) => readImages(files, { ...options, signal }) };
}

function phantomSet(count: number, seed: number, size: number): CountedImages {
  return { count, read: () => phantoms({ count, seed, size }) };
}

async function listReals(folder: string, name: string | undefined): Promise<string[]> {
  if (name !== undefined) return listImages(join(folder, name));
  try {
    return await listImages(folder);
  } catch (error) {
    if (!(error instanceof CxrFileError && error.code === 'empty')) throw error;
    const classes = await listClassFolders(folder).catch(() => []);
    if (classes.length === 0) throw error;
    const names = classes.map((one) => one.name).join(', ');
    throw new UsageError(`${folder} holds class folders: choose one of ${names} with --class`);
  }
}

function refuseOverlap({ data, testData }: Options, files: readonly string[], test: readonly string[]): void {
  const trained = new Set(files.map(realFile));
  if (test.some((file) => trained.has(realFile(file)))) {
    throw new UsageError(
      `--test-data ${testData} overlaps --data ${data}: a test image must never be trained on`,
    );
  }
}

/** Where a file lies, links followed; one in a zip file, such as `set.zip!NORMAL/1.png`, by where that lies. */
function realFile(file: string): string {
  const end = file.toLowerCase().indexOf('.zip!') + '.zip'.length;
  return existsSync(file) ? realpathSync(file) : realpathSync(file.slice(0, end)) + file.slice(end);
}

function refuseFew(folder: string, files: readonly string[], least: number): void {
  if (files.length >= least) return;
  const count = files.length === 1 ? '1 image' : `${files.length} images`;
  throw new UsageError(`${folder} has ${count}: at least ${least} are needed to score with`);
}

/**
 * The images that a run is about: the files of `--data`, or drawn phantoms.
 * @throws UsageError, CxrFileError for folders that are missing, empty, ambiguous, overlapping, or with too few images.
 */
export async function openReals(options: Options, onMessage: (line: string) => void): Promise<Reals> {
  const { data, testData, seed, size, bits, window } = options;
  const given = new Set<string>();
  const onWarning = (message: string): void => {
    // The images are read several times: for training, the floor, pictures.
    if (!given.has(message)) onMessage(`warning: ${message}`);
    given.add(message);
  };
  const reading = { bits, window, onWarning };
  if (data === undefined) {
    return {
      description: `${PHANTOM_COUNT} drawn phantoms of ${size} × ${size} pixels: no patient, no download.`,
      train: phantomSet(PHANTOM_COUNT, seed, size),
      test: phantomSet(PHANTOM_COUNT, seed + 1, size),
    };
  }
  const files = await listReals(data, options.class);
  refuseFew(data, files, MIN_TRAIN);
  const of = options.class === undefined ? '' : ` of class ${options.class}`;
  const description = `${files.length} chest X-rays${of}, trained on at ${size} × ${size} pixels. ${KERMANY}`;
  const train = fileSet(files, reading);
  if (testData === undefined) return { description, train };
  const test = await listReals(testData, options.class);
  refuseFew(testData, test, MIN_SET);
  refuseOverlap(options, files, test);
  return { description, train, test: fileSet(test, reading) };
}
