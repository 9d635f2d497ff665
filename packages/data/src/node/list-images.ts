import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CxrFileError } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';

/** The extensions of pytorch-fid. */
const EXTENSIONS = /\.(bmp|jpe?g|pgm|png|ppm|tiff?|webp)$/i;
const WITH_DICOM = new RegExp(`${EXTENSIONS.source}|\\.(dcm|dicom)$`, 'i');

export interface ListImagesOptions {
  /** Goes into sub-folders, too. Default false. */
  recursive?: boolean;
  /** Takes .dcm and .dicom files, too. Default false. */
  dicom?: boolean;
}

/**
 * The image files of a folder, sorted by their path's code units (so the order is the same on every machine), as paths
 * that start with `folder`. Hidden files are left out.
 * @throws CxrFileError 'not-found', 'not-a-directory', or 'empty' where there is no image.
 */
export async function listImages(folder: string, options: ListImagesOptions = {}): Promise<string[]> {
  const { recursive = false, dicom = false } = options;
  const files = (await imagesIn(folder, recursive, dicom ? WITH_DICOM : EXTENSIONS)).sort();
  if (files.length === 0) {
    const hint = recursive ? '' : ' (sub-folders were not searched)';
    throw new CxrFileError('empty', `the folder holds no image${hint}`, { file: folder });
  }
  return files;
}

async function imagesIn(folder: string, recursive: boolean, extensions: RegExp): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readFolder(folder)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      // Not spread into push: a folder may hold more files than a call takes arguments.
      if (recursive) for (const file of await imagesIn(path, true, extensions)) files.push(file);
    } else if (extensions.test(entry.name)) {
      files.push(path);
    }
  }
  return files;
}

export async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw fileSystemError(cause, folder);
  }
}
