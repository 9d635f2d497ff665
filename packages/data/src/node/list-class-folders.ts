import { join } from 'node:path';
import { CxrFileError, checkText } from '@cxr/image';
import { isFolder, listImages, readFolder } from './list-images.js';
import { pathBelow, splitZipPath } from './zip-path.js';

/** A class folder and its images. */
export interface ClassFolder {
  /** The folder's name: NORMAL, PNEUMONIA. */
  name: string;
  /** Sorted paths of its images, sub-folders included. */
  files: string[];
}

/**
 * The class folders of a data set, sorted by name: each sub-folder, or link to a folder, that holds images.
 * @throws CxrFileError 'not-found', 'not-a-directory', or 'empty' where no sub-folder holds an image.
 */
export async function listClassFolders(folder: string): Promise<ClassFolder[]> {
  checkText('folder', folder);
  if (splitZipPath(folder)) return classesInZip(folder);
  const classes: ClassFolder[] = [];
  for (const entry of await readFolder(folder)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || !(await isFolder(entry, path))) continue;
    const files = await imagesOrNone(path);
    if (files.length > 0) classes.push({ name: entry.name, files });
  }
  if (classes.length === 0) {
    throw new CxrFileError('empty', 'no sub-folder holds an image', { file: folder });
  }
  return classes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function classesInZip(folder: string): Promise<ClassFolder[]> {
  const classes = new Map<string, string[]>();
  for (const file of await listImages(folder, { recursive: true })) {
    const [name, ...rest] = pathBelow(folder, file).split('/');
    if (rest.length === 0) continue;
    const files = classes.get(name!);
    if (files) files.push(file);
    else classes.set(name!, [file]);
  }
  if (classes.size === 0) throw new CxrFileError('empty', 'no sub-folder holds an image', { file: folder });
  return [...classes].map(([name, files]) => ({ name, files })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function imagesOrNone(folder: string): Promise<string[]> {
  try {
    return await listImages(folder, { recursive: true });
  } catch (error) {
    if (error instanceof CxrFileError && error.code === 'empty') return [];
    throw error;
  }
}
