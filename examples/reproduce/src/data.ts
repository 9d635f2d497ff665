import { basename, resolve } from 'node:path';
import { fileNames, UsageError } from '@cxr/cli';
import { type DatasetItem, phantoms } from '@cxr/data';
import { filesDigest, listDataset, readImages } from '@cxr/data/node';
import { createRng, shuffle } from '@cxr/image';
import type { ImageSource } from './image-source.js';
import { MIN_REALS, type Options } from './options.js';

/** The images of a reproduction. */
export interface PaperData {
  /** What they are, in a sentence or two. */
  readonly description: string;
  /** The class that is learnt. */
  readonly className: string;
  /** All of its images: trained on. */
  readonly training: ImageSource;
  /** Those that are scored with, in a random order: each half is a random half. */
  readonly reals: ImageSource;
  /** Images of the other classes, as many as `reals` where there are so many. */
  readonly others: readonly { readonly name: string; readonly source: ImageSource }[];
  /** Changes with the files. */
  readonly digest: string;
}

/** Where X-rays of this layout usually come from; quoted wherever the data set is used. */
const KERMANY =
  'If these are the images of D. Kermany et al. (Cell 172(5), 2018; Mendeley Data rscbjbr9sj): CC BY 4.0.';
const LEARNT = 'NORMAL';
const PHANTOMS = { HEALTHY: 24, SICK: 24 } as const;
const PHANTOM_SIZE = 96;

/**
 * The images of `--data`, or drawn phantoms.
 * @throws UsageError for a class that is not there or has too few images; CxrFileError for a folder that cannot be read.
 */
export async function openData(options: Options, onMessage: (line: string) => void): Promise<PaperData> {
  return options.data === undefined ? drawnData(options) : listedData(options.data, options, onMessage);
}

function drawnData({ seed, reals = PHANTOMS.HEALTHY }: Options): PaperData {
  const drawn = (name: keyof typeof PHANTOMS): ImageSource => {
    const sick = name === 'SICK';
    const images = [
      ...phantoms({ count: PHANTOMS[name], seed: seed + Number(sick), size: PHANTOM_SIZE, sick }),
    ];
    return { key: name, count: images.length, read: () => images };
  };
  const [healthy, sick] = [drawn('HEALTHY'), drawn('SICK')];
  return {
    description: `${healthy.count} drawn phantoms of healthy chests and ${sick.count} of sick ones, ${PHANTOM_SIZE} pixels a side: no patient, no download.`,
    className: 'HEALTHY',
    training: healthy,
    reals: firstOf(healthy, reals),
    others: [{ name: 'SICK', source: firstOf(sick, reals) }],
    digest: `phantoms ${seed}`,
  };
}

function firstOf({ key, count, read }: ImageSource, most: number): ImageSource {
  return {
    key,
    count: Math.min(count, most),
    async *read(signal) {
      let left = Math.min(count, most);
      for await (const one of read(signal)) {
        if (left-- === 0) return;
        yield one;
      }
    },
  };
}

async function listedData(
  folder: string,
  options: Options,
  onMessage: (line: string) => void,
): Promise<PaperData> {
  const all = await listDataset(folder);
  const items = all.filter(({ part = 'train' }) => part.toLowerCase() === 'train');
  if (items.length < all.length) {
    onMessage(`${all.length - items.length} images of other parts than train are left out`);
  }
  const { className, classes } = classesOf(items, folder, options.class);
  const files = (name: string) => classes.get(name) ?? [];
  const own = files(className);
  if (own.length < MIN_REALS) {
    throw new UsageError(
      `${folder} has ${own.length} images of ${className}: at least ${MIN_REALS} are needed`,
    );
  }
  const names = [...classes.keys()];
  const keys = fileNames(names);
  const scored = (name: string, count: number): ImageSource =>
    fileSource(keys[names.indexOf(name)]!, shuffle(files(name), createRng(options.seed)).slice(0, count));
  const reals = scored(className, options.reals ?? own.length);
  const others = names
    .filter((name) => name !== className)
    .map((name) => ({ name, source: scored(name, reals.count) }))
    .filter(({ source }) => source.count > 1);
  return {
    description: `${own.length} chest X-rays of class ${className}. ${KERMANY}`,
    className,
    training: fileSource('training', own),
    reals,
    others,
    digest: await filesDigest(items),
  };
}

function fileSource(key: string, files: readonly string[]): ImageSource {
  return { key, count: files.length, read: (signal) => readImages(files, { signal }) };
}

/** The files of each class, and the class that is learnt. Images in no class folder are all of one class, called like `folder`. */
function classesOf(
  items: readonly DatasetItem[],
  folder: string,
  asked: string | undefined,
): { className: string; classes: Map<string, string[]> } {
  const classes = new Map<string, string[]>();
  const isPlain = items.every(({ labels }) => labels.length === 0);
  if (isPlain && asked !== undefined) {
    throw new UsageError(`${folder} has no class folders: leave --class ${asked} out`);
  }
  const className = isPlain ? basename(resolve(folder)) : (asked ?? LEARNT);
  for (const { file, labels } of items) {
    const name = labels[0] ?? (isPlain ? className : undefined);
    if (name === undefined) continue;
    const files = classes.get(name) ?? [];
    files.push(file);
    classes.set(name, files);
  }
  if (!classes.has(className)) {
    const names = [...classes.keys()].sort().join(', ');
    throw new UsageError(`${folder} has no class ${className}: choose one of ${names} with --class`);
  }
  return { className, classes };
}
