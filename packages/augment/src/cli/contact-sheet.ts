import { join } from 'node:path';
import { contactSheet, encodePng } from '@cxr/data';
import { readImage, writeFileAtomic } from '@cxr/data/node';
import { CxrFileError, type Image, image } from '@cxr/image';
import type { CliOptions, Settings } from './options.js';
import type { LogLine, Source } from './task.js';

const ROWS = 6;
const COPIES = 5;
/** Width and height of each picture, pixels. */
const CELL = 128;
const BLANK = image(Uint8Array.of(255), 1, 1, 1);

/**
 * Writes a picture of a few images, evenly spread over the list, each followed by its first copies.
 * @returns the file's path.
 */
export async function writeContactSheet(
  { output, settings }: Pick<CliOptions, 'output' | 'settings'>,
  lines: readonly LogLine[],
  originals: readonly Source[],
): Promise<string> {
  const written = new Set(lines.map(({ file }) => file));
  const files = originals.filter(({ file }) => written.has(file));
  const count = Math.min(ROWS, files.length);
  const shown = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]!);
  const rows = shown.map(({ path, file }) => [
    path,
    ...lines
      .filter((line) => line.file === file)
      .sort((a, b) => a.copy - b.copy)
      .slice(0, COPIES)
      .map((line) => join(output, line.output)),
  ]);
  const columns = Math.max(1, ...rows.map((row) => row.length));
  const cells: Image[] = [];
  for (const row of rows) {
    for (const path of row) cells.push(await readOrBlank(path, settings));
    for (let i = row.length; i < columns; i++) cells.push(BLANK);
  }
  const path = join(output, 'contact-sheet.png');
  const sheet = contactSheet(cells.length > 0 ? cells : [BLANK], {
    columns,
    cell: CELL,
    gap: 4,
    background: 255,
  });
  await writeFileAtomic(path, encodePng(sheet));
  return path;
}

/** White instead of a file that can no longer be read. */
async function readOrBlank(file: string, { bits, window }: Settings): Promise<Image> {
  try {
    return await readImage(file, { bits, window });
  } catch (error) {
    if (error instanceof CxrFileError) return BLANK;
    throw error;
  }
}
