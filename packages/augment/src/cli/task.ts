import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { encodePng } from '@cxr/data';
import { readImage, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, type CxrFileErrorCode, dimensions, type Image, image, pixels } from '@cxr/image';
import { type AugmentRecord, augment } from '../augment.js';
import { PRESETS } from '../presets/presets.js';
import type { Settings } from './options.js';

/** An image of the input folder. */
export interface Source {
  readonly path: string;
  /** Relative to the input folder, with slashes. */
  readonly file: string;
}

/** One image and the copies of it to make. */
export interface Task extends Source {
  /** The output folder. */
  readonly output: string;
  readonly settings: Settings;
  /** Numbers from 1 on. */
  readonly copies: readonly number[];
}

/** A line of augment.jsonl. */
export interface LogLine extends AugmentRecord {
  readonly file: string;
  readonly copy: number;
  /** Relative to the output folder, with slashes. */
  readonly output: string;
}

/** The result of a task: the lines for the log, or why the image cannot be read. */
export type Outcome =
  | {
      readonly lines: readonly LogLine[];
      /** Of a 16-bit image whose format does not say how many bits are used, where `bits` is not set. */
      readonly usedBits: number | undefined;
    }
  | { readonly bad: { readonly code: CxrFileErrorCode; readonly reason: string } };

/** A copy's file, relative to the output folder: `NORMAL/a.jpeg` gives `NORMAL/a_1.png`. */
export function outputOf(file: string, copy: number): string {
  return `${file.replace(/\.[^./]*$/, '')}_${copy}.png`;
}

/** Where a copy is written. @throws CxrFileError 'unwritable' for a place outside the output folder. */
export function copyPath(folder: string, file: string, copy: number): string {
  const path = join(folder, outputOf(file, copy));
  const below = relative(resolve(folder), resolve(path));
  if (isAbsolute(below) || below.split(sep)[0] === '..')
    throw new CxrFileError('unwritable', `the copies of ${file} would lie outside ${folder}`, { file: path });
  return path;
}

/**
 * Reads an image and writes its copies. Run by a `WorkerPool`. An image that cannot be read is an outcome, not an error.
 * @throws CxrFileError naming a copy that cannot be written.
 * @public
 */
export default async function makeCopies(task: Task): Promise<Outcome> {
  const { file, path, settings } = task;
  let original: Image;
  let usedBits: number | undefined;
  try {
    const { bits, window } = settings;
    const onUsedBits = (used: number): void => {
      usedBits = used;
    };
    original = await readImage(path, { bits, window, onUsedBits });
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    return { bad: { code: error.code, reason: error.reason } };
  }
  const transform = PRESETS[settings.preset]!({ size: settings.size ?? undefined });
  const lines: LogLine[] = [];
  for (const copy of task.copies) {
    const key = { seed: settings.seed, epoch: copy, index: hash(file) };
    const { image: result, record } = augment(transform, { image: original }, key);
    await writeFileAtomic(
      copyPath(task.output, file, copy),
      encodePng(inBits(result as Image, settings.bits)),
    );
    lines.push({ file, copy, output: outputOf(file, copy), ...record });
  }
  return { lines, usedBits };
}

/** A 16-bit image in 0..2^bits − 1, as its original is: what reads both takes one number of bits. */
function inBits(copy: Image, bits: number = 16): Image {
  const data = pixels(copy);
  if (!(data instanceof Uint16Array) || bits === 16) return copy;
  const white = 2 ** bits - 1;
  return image(
    data.map((value) => Math.round((value * white) / 65535)),
    ...dimensions(copy),
  );
}

/** FNV-1a, 32 bits, of the path: an image keeps its index when other images are added or removed. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}
