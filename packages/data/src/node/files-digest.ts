import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { checkList, checkText, describeValue } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';

/**
 * A sha256 in hexadecimal of each file's name, folder and size, and its label if there is one, in order: it tells whether a data set is
 * the same as before, wherever it lies, without reading it.
 * @throws CxrFileError for a file that is not there; TypeError for what is no list of `{ file }`.
 */
export async function filesDigest(
  items: readonly { readonly file: string; readonly label?: number | undefined }[],
): Promise<string> {
  checkList('items', items);
  const hash = createHash('sha256');
  for (const item of items) {
    if (item === null || typeof item !== 'object') {
      throw new TypeError(`an item is { file }, not ${describeValue(item)}`);
    }
    const { file, label } = item;
    checkText('file', file);
    const name = relative('.', file).split(/[\\/]/).slice(-2).join('/');
    hash.update(`${name}\n${await sizeOf(file)}\n${label ?? ''}\n`);
  }
  return hash.digest('hex');
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (cause) {
    throw fileSystemError(cause, file);
  }
}
