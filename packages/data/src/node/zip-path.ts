import { statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { CxrFileError, checkText } from '@cxr/image';
import { ZipFile } from './zip-file.js';

/** A path into a zip file: `kermany.zip!train/NORMAL/1.jpeg`. */
interface ZipPath {
  zip: string;
  /** The name of an entry or of a folder, without slashes around it. */
  inner: string;
}

/**
 * The parts of a path such as `kermany.zip!train/NORMAL`, or `kermany.zip/train/NORMAL` as `join` makes it, and of a zip file's own
 * path, where `inner` is ''. Undefined unless the zip file is there.
 */
export function splitZipPath(path: string): ZipPath | undefined {
  for (const { index } of path.matchAll(/\.zip([!/\\]|$)/gi)) {
    const zip = path.slice(0, index + 4);
    if (!isFile(zip)) continue;
    const inner = path
      .slice(index + 5)
      .replaceAll('\\', '/')
      .replace(/^\/+|\/+$/g, '');
    return { zip, inner };
  }
  return undefined;
}

/**
 * The path of an image below the folder, zip file or folder in one that `listImages` found it in, with slashes: `NORMAL/1.png` for
 * `set.zip!train/NORMAL/1.png` in `set.zip!train`.
 * @throws TypeError unless both are strings.
 */
export function pathBelow(folder: string, file: string): string {
  checkText('folder', folder);
  checkText('file', file);
  const zip = splitZipPath(folder);
  if (zip) return file.slice(`${zip.zip}!${zip.inner}`.length).replace(/^\//, '');
  return relative(folder, file).split(sep).join('/');
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A name that the system does not allow.
    return false;
  }
}

/** Whether a path leads to an entry of a zip file that is there, and not to the zip file itself. */
export function isInZip(path: string): boolean {
  return (splitZipPath(path)?.inner ?? '') !== '';
}

/**
 * Unpacks the entry that a path leads to.
 * @throws CxrFileError naming the path: 'not-found', 'too-large', and those of `ZipFile`.
 */
export async function readInZip(path: string, maxBytes: number): Promise<Uint8Array> {
  const { zip, inner } = splitZipPath(path)!;
  try {
    const file = await ZipFile.open(zip);
    try {
      return await file.read(inner, { maxBytes });
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    throw new CxrFileError(error.code, error.reason, { file: path, cause: error });
  }
}

/**
 * The paths of a zip file's entries in the folder that `path` leads to, also of those in folders below, hidden ones left out.
 * @throws CxrFileError of `ZipFile`.
 */
export async function listZip({ zip, inner }: ZipPath, recursive: boolean): Promise<string[]> {
  const file = await ZipFile.open(zip);
  await file.close();
  const start = inner === '' ? '' : `${inner}/`;
  const paths: string[] = [];
  for (const { name } of file.entries) {
    if (!name.startsWith(start) || name.endsWith('/')) continue;
    const rest = name.slice(start.length).split('/');
    // macOS keeps what its own files have besides content in such a folder.
    const hidden = rest.some((part) => part.startsWith('.') || part === '__MACOSX');
    if (!hidden && (recursive || rest.length === 1)) paths.push(`${zip}!${name}`);
  }
  if (paths.length === 0 && inner !== '' && !file.entries.some(({ name }) => name.startsWith(start))) {
    throw new CxrFileError('not-found', `a zip without the folder ${inner}`, { file: zip });
  }
  return paths;
}
