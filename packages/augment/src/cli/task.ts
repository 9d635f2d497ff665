import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { readImage, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, type Image } from '@cxr/image';
import { type AugmentRecord, augment } from '../augment.js';
import { chestXray } from '../presets/chest-xray.js';
import { paperClassic } from '../presets/paper-classic.js';
import type { Transform } from '../transform.js';
import type { Settings } from './options.js';

/** Where from, where to, and how: the same for all images. */
export interface Job {
  readonly input: string;
  readonly output: string;
  readonly settings: Settings;
}

/** One image and the copies of it to make. */
export interface Task {
  /** Relative to the input folder, with slashes. */
  readonly file: string;
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

/** What became of a task. */
export type Outcome =
  | { readonly file: string; readonly lines: readonly LogLine[] }
  | { readonly file: string; readonly bad: { readonly code: CxrFileError['code']; readonly reason: string } };

export function outputOf(file: string, copy: number): string {
  return `${file.replace(/\.[^./]*$/, '')}_${copy}.png`;
}

/** Reads an image, makes its copies and writes them. A file that cannot be read is an outcome, not an error. */
export async function perform(job: Job, task: Task): Promise<Outcome> {
  const { file } = task;
  let image: Image;
  try {
    image = await readImage(join(job.input, file));
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    return { file, bad: { code: error.code, reason: error.reason } };
  }
  const transform = transformOf(job.settings);
  const lines: LogLine[] = [];
  for (const copy of task.copies) {
    const key = { seed: job.settings.seed, epoch: copy, index: hash(file) };
    const { image: result, record } = augment(transform, { image }, key);
    const output = outputOf(file, copy);
    await writeFileAtomic(join(job.output, output), encodePng(result as Image));
    lines.push({ file, copy, output, ...record });
  }
  return { file, lines };
}

function transformOf({ preset, size }: Settings): Transform {
  const options = size === null ? {} : { size };
  return preset === 'chestXray' ? chestXray(options) : paperClassic(options);
}

/** FNV-1a, 32 bits, of the path: an image keeps its index when others come or go. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}
