import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { CxrFileError, checkList, checkText, describeValue } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { ZipFile } from './zip-file.js';
import { splitZipPath } from './zip-path.js';

/**
 * A sha256 in hexadecimal of each file's name, folder and size, and its label if there is one, in order: it tells whether a data set is
 * the same as before, wherever it lies, without reading it. In a zip file (`set.zip!NORMAL/1.png`) it is what it is unpacked.
 * @throws CxrFileError for a file that is not there; TypeError for what is no list of `{ file }`.
 */
export async function filesDigest(
  items: readonly { readonly file: string; readonly label?: number | undefined }[],
): Promise<string> {
  checkList('items', items);
  const hash = createHash('sha256');
  const zips = new Map<string, ReadonlyMap<string, number>>();
  for (const item of items) {
    if (item === null || typeof item !== 'object') {
      throw new TypeError(`an item is { file }, not ${describeValue(item)}`);
    }
    const { file, label } = item;
    checkText('file', file);
    const { path, size } = await lookUp(file, zips);
    const name = relative('.', path).split(/[\\/]/).slice(-2).join('/');
    hash.update(`${name}\n${size}\n${label ?? ''}\n`);
  }
  return hash.digest('hex');
}

/**
 * A file's size, and its path with the zip file that holds it as one more folder.
 * @param zips the sizes of the entries of each zip file so far.
 */
async function lookUp(
  file: string,
  zips: Map<string, ReadonlyMap<string, number>>,
): Promise<{ path: string; size: number }> {
  const { zip, inner } = splitZipPath(file) ?? { zip: file, inner: '' };
  if (inner === '') return { path: file, size: await sizeOf(file) };
  const sizes = zips.get(zip) ?? (await entrySizes(zip));
  zips.set(zip, sizes);
  const size = sizes.get(inner);
  if (size === undefined) throw new CxrFileError('not-found', `a zip without ${inner}`, { file });
  return { path: `${zip}/${inner}`, size };
}

async function entrySizes(zip: string): Promise<ReadonlyMap<string, number>> {
  const file = await ZipFile.open(zip);
  await file.close();
  return new Map(file.entries.map(({ name, size }) => [name, size]));
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    throw fileSystemError(cause, file);
  }
}
