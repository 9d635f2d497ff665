import { type Stats, statSync } from 'node:fs';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { CxrFileError } from '@cxr/image';
import { listImages } from './list-images.js';
import { listZip, splitZipPath } from './zip-path.js';

/**
 * Where the files of a table lie, a list for each of its paths: a study's folder holds several. A path that is not under
 * `root` is looked for without its first folders, since tables keep those of their makers (`CheXpert-v1.0-small/train/…`
 * beside `train`); a mere name, or MIMIC-CXR's number of an image, in all folders under `root` and with any extension,
 * if only one file fits. `root` may be a zip file or a folder in it. What is nowhere stays as `root/path`, an absolute path always as it is.
 */
export async function findFiles(root: string, paths: readonly string[]): Promise<string[][]> {
  const zip = splitZipPath(root);
  if (zip) return findInZip(await listZip(zip, true), root, paths);
  let byName: Map<string, string[]> | undefined;
  const found: string[][] = [];
  for (const path of paths) {
    const place = findPlace(root, path);
    if (place?.stats.isDirectory()) found.push(await imagesOrNone(place.path));
    else if (place) found.push([place.path]);
    else if (isMereName(path)) {
      byName ??= indexNames(await imagesOrNone(root));
      const files = byName.get(basename(path)) ?? byName.get(stem(path)) ?? [];
      found.push(files.length === 1 ? files : [join(root, path)]);
    } else found.push([isAbsolute(path) ? path : join(root, path)]);
  }
  return found;
}

/** As `findFiles`, among the entries of a zip file. */
function findInZip(entries: readonly string[], root: string, paths: readonly string[]): string[][] {
  const { zip, inner } = splitZipPath(root)!;
  const start = `${zip}!${inner === '' ? '' : `${inner}/`}`;
  const known = new Set(entries);
  const byName = indexNames(entries);
  return paths.map((path) => {
    const parts = path.split(/[\\/]/).filter((part) => part !== '' && part !== '.');
    for (let left = 0; left < parts.length; left++) {
      const place = start + parts.slice(left).join('/');
      if (known.has(place)) return [place];
    }
    const files = isMereName(path) ? (byName.get(basename(path)) ?? byName.get(stem(path)) ?? []) : [];
    return files.length === 1 ? files : [start + parts.join('/')];
  });
}

interface Place {
  path: string;
  stats: Stats;
}

function findPlace(root: string, path: string): Place | undefined {
  if (isAbsolute(path)) return placeAt(path);
  const parts = path.split(/[\\/]/);
  const own = basename(resolve(root));
  for (let left = 0; left < parts.length; left++) {
    // A mere name in the root is another file, unless the folder left out is the root itself.
    if (left > 0 && left === parts.length - 1 && parts[left - 1] !== own) return undefined;
    const place = (left === 0 && placeAt(join(root, path))) || placeAt(join(root, ...parts.slice(left)));
    if (place) return place;
  }
  return undefined;
}

function placeAt(path: string): Place | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats && { path, stats };
  } catch {
    // A file where a folder should be, a name too long: nothing is there.
    return undefined;
  }
}

function isMereName(path: string): boolean {
  return !/[\\/]/.test(path) || /^[0-9a-f]{8}(-[0-9a-f]{8}){4}$/.test(stem(path));
}

function stem(path: string): string {
  return basename(path, extname(path));
}

/** Files by name, with and without extension. */
function indexNames(files: readonly string[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const file of files) {
    for (const name of new Set([basename(file), stem(file)])) {
      const same = names.get(name);
      if (same) same.push(file);
      else names.set(name, [file]);
    }
  }
  return names;
}

async function imagesOrNone(folder: string): Promise<string[]> {
  try {
    return await listImages(folder, { recursive: true });
  } catch (error) {
    if (error instanceof CxrFileError) return [];
    throw error;
  }
}
