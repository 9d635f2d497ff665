import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { readImage, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, image as toImage, toRgb8 } from '@cxr/image';
import { resize } from '../transforms/resize.js';
import type { LogLine } from './task.js';

const ROWS = 6;
const COPIES = 5;
const THUMB = 128;
const GAP = 4;

/** A picture of a few images, evenly out of the list, each before its copies. */
export async function writeContactSheet(
  input: string,
  output: string,
  lines: readonly LogLine[],
  originals: readonly string[],
): Promise<string> {
  const made = new Set(lines.map(({ file }) => file));
  // Of an image that has gone since, only the copies are left.
  const files = originals.filter((file) => made.has(file)).sort();
  const rows = Math.min(ROWS, files.length);
  const shown = Array.from({ length: rows }, (_, i) => files[Math.floor((i * files.length) / rows)]!);
  const copiesOf = (file: string) =>
    lines
      .filter((line) => line.file === file)
      .sort((a, b) => a.copy - b.copy)
      .slice(0, COPIES);
  const columns = 1 + Math.max(0, ...shown.map((file) => copiesOf(file).length));
  const width = columns * (THUMB + GAP) + GAP;
  const height = rows * (THUMB + GAP) + GAP;
  const sheet = new Uint8Array(height * width * 3).fill(255);
  for (const [row, file] of shown.entries()) {
    const paths = [join(input, file), ...copiesOf(file).map((line) => join(output, line.output))];
    for (const [column, path] of paths.entries()) {
      const thumb = await readThumbnail(path);
      if (thumb) paste(sheet, width, thumb, GAP + row * (THUMB + GAP), GAP + column * (THUMB + GAP));
    }
  }
  const path = join(output, 'contact-sheet.png');
  await writeFileAtomic(path, encodePng(toImage(sheet, height, width, 3)));
  return path;
}

/** Nothing for a file that cannot be read any more: its place stays white. */
async function readThumbnail(file: string): Promise<Uint8Array | undefined> {
  try {
    const image = toRgb8(await readImage(file));
    return resize({ height: THUMB, width: THUMB }).apply(image, {}).data as Uint8Array;
  } catch (error) {
    if (error instanceof CxrFileError) return undefined;
    throw error;
  }
}

function paste(sheet: Uint8Array, width: number, thumb: Uint8Array, top: number, left: number): void {
  for (let y = 0; y < THUMB; y++) {
    sheet.set(thumb.subarray(y * THUMB * 3, (y + 1) * THUMB * 3), ((top + y) * width + left) * 3);
  }
}
