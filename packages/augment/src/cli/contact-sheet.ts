import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { readImage, writeFileAtomic } from '@cxr/data/node';
import { type Image, image as toImage, toRgb8 } from '@cxr/image';
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
): Promise<string> {
  const files = [...new Set(lines.map(({ file }) => file))].sort();
  const rows = Math.min(ROWS, files.length);
  const shown = Array.from({ length: rows }, (_, i) => files[Math.floor((i * files.length) / rows)]!);
  const copiesOf = (file: string) =>
    lines
      .filter((line) => line.file === file)
      .sort((a, b) => a.copy - b.copy)
      .slice(0, COPIES);
  const columns = 1 + Math.max(...shown.map((file) => copiesOf(file).length));
  const width = columns * (THUMB + GAP) + GAP;
  const height = rows * (THUMB + GAP) + GAP;
  const sheet = new Uint8Array(height * width * 3).fill(255);
  for (const [row, file] of shown.entries()) {
    const paths = [join(input, file), ...copiesOf(file).map((line) => join(output, line.output))];
    for (const [column, path] of paths.entries()) {
      paste(
        sheet,
        width,
        thumbnail(await readImage(path)),
        GAP + row * (THUMB + GAP),
        GAP + column * (THUMB + GAP),
      );
    }
  }
  const path = join(output, 'contact-sheet.png');
  await writeFileAtomic(path, encodePng(toImage(sheet, height, width, 3)));
  return path;
}

function thumbnail(source: Image): Uint8Array {
  return resize({ height: THUMB, width: THUMB }).apply(toRgb8(source), {}).data as Uint8Array;
}

function paste(sheet: Uint8Array, width: number, thumb: Uint8Array, top: number, left: number): void {
  for (let y = 0; y < THUMB; y++) {
    sheet.set(thumb.subarray(y * THUMB * 3, (y + 1) * THUMB * 3), ((top + y) * width + left) * 3);
  }
}
