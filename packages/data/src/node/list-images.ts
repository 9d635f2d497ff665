import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { CxrFileError, checkOptions, checkText } from '@cxr/image';
import { isDicom } from '../codecs/dicom/dicom-elements.js';
import { fileSystemError } from './file-system-error.js';
import { readFirstBytes } from './read-bytes.js';
import { listZip, splitZipPath } from './zip-path.js';

/** Those of pytorch-fid, and the other ones of JPEG, BMP and PNM. */
const EXTENSIONS = /\.(bmp|dib|j2k|jfif|jls|jp2|jpe?g|jpe|pgm|png|pnm|ppm|tiff?|webp)$/i;
const DICOM = /\.(dcm|dicom|ima)$/i;
/** No extension, or the last number of an identifier such as 1.2.840.10008.1. */
const NO_EXTENSION = /(^[^.]*|\.\d+)$/;

/** The picture of some copies that cxr-augment leaves beside them, and the settings that lie there, too. */
const [SHEET, BESIDE_SHEET] = ['contact-sheet.png', 'augment.json'];

/** Which files `listImages` lists. */
export interface ListImagesOptions {
  /** Goes into sub-folders, too. @default false */
  recursive?: boolean | undefined;
  /** Lists DICOM files, too: .dcm, .dicom, .ima, and files without an extension that are DICOM by content. @default true */
  dicom?: boolean | undefined;
}

/**
 * The image files of a folder, sorted by their path's code units (so the order is the same on every machine), as paths
 * that start with `folder`. Hidden files are left out, and so is the contact sheet of `cxr-augment` (`contact-sheet.png` beside
 * `augment.json`). Links to files and folders are followed; a folder that can be
 * reached in several ways is listed once, by its own path where that is among them. A zip file, or a folder in it
 * (`kermany.zip!train/NORMAL`), is listed without unpacking it; what it holds have paths such as `kermany.zip!train/NORMAL/1.jpeg`,
 * which `readImage`, `streamBatches` and the others read.
 * @throws CxrFileError 'not-found', 'not-a-directory', or 'empty' where there is no image; TypeError unless `folder` is a string.
 */
export async function listImages(folder: string, options: ListImagesOptions = {}): Promise<string[]> {
  checkText('folder', folder);
  checkOptions<ListImagesOptions>('listImages', options, { recursive: true, dicom: true });
  const { recursive = false, dicom = true } = options;
  const zip = splitZipPath(folder);
  const found = zip ? await imagesInZip(zip, recursive, dicom) : await walk(folder, recursive, dicom);
  const files = found.sort();
  if (files.length === 0) {
    const hint = recursive ? '' : ' (sub-folders were not searched)';
    throw new CxrFileError('empty', `the folder holds no image${hint}`, { file: folder });
  }
  return files;
}

async function imagesInZip(
  zip: Parameters<typeof listZip>[0],
  recursive: boolean,
  dicom: boolean,
): Promise<string[]> {
  const files: string[] = [];
  const paths = await listZip(zip, recursive);
  const all = new Set(paths);
  for (const path of paths) {
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
    if (name === SHEET && all.has(path.slice(0, -SHEET.length) + BESIDE_SHEET)) continue;
    if (await isImage(name, path, dicom)) files.push(path);
  }
  return files;
}

/** Goes through folders, linked ones last, so that a folder's own path comes first; a ring of links ends. */
async function walk(top: string, recursive: boolean, dicom: boolean): Promise<string[]> {
  const files: string[] = [];
  const realTop = await realpath(top).catch((cause: unknown) => {
    throw fileSystemError(cause, top);
  });
  const seen = new Set([realTop]);
  const folders = [top];
  const linked: string[] = [];
  for (let next = folders.pop(); next !== undefined; next = folders.pop() ?? linked.shift()) {
    if (next !== top && !(await isNew(next, realTop, seen))) continue;
    const entries = await readFolder(next);
    const augmented = entries.some(({ name }) => name === BESIDE_SHEET);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || (augmented && entry.name === SHEET)) continue;
      const path = join(next, entry.name);
      const link = entry.isSymbolicLink();
      if (link ? (await statOrNone(path))?.isDirectory() : entry.isDirectory()) {
        if (recursive) (link ? linked : folders).push(path);
      } else if (await isImage(entry.name, path, dicom)) files.push(path);
    }
  }
  return files;
}

/** @returns false for a folder that holds `top`, and for one that was there before. @throws CxrFileError for a name that is not UTF-8. */
async function isNew(path: string, top: string, seen: Set<string>): Promise<boolean> {
  const real = await realpath(path).catch((cause: unknown) => {
    if (path.includes('\uFFFD')) throw fileSystemError(cause, path);
    return undefined;
  });
  if (real === undefined || seen.has(real)) return false;
  seen.add(real);
  return !`${top}${sep}`.startsWith(real.endsWith(sep) ? real : `${real}${sep}`);
}

async function isImage(name: string, path: string, dicom: boolean): Promise<boolean> {
  if (EXTENSIONS.test(name) || (dicom && DICOM.test(name))) return true;
  return dicom && NO_EXTENSION.test(name) && name !== 'DICOMDIR' && (await startsAsDicom(path));
}

/** Whether a file that is listed may be DICOM. */
export function isDicomName(path: string): boolean {
  const name = basename(path);
  return DICOM.test(name) || NO_EXTENSION.test(name);
}

async function startsAsDicom(path: string): Promise<boolean> {
  try {
    return isDicom(await readFirstBytes(path, 132));
  } catch {
    // Without an extension, what cannot be read is no image that anybody asked for.
    return false;
  }
}

async function statOrNone(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}

/** Whether an entry is a folder, or a link to one. */
export async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  return entry.isDirectory() || (entry.isSymbolicLink() && (await statOrNone(path))?.isDirectory() === true);
}

/** The entries of a folder. @throws CxrFileError naming the folder. */
export async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw fileSystemError(cause, folder);
  }
}
