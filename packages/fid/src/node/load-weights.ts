import { readFile } from 'node:fs/promises';
import { CxrFileError } from '@cxr/image';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { readWeights } from '../weights/read-weights.js';

/**
 * Reads the Inception's weights from a torch file (zip or legacy format) or a safetensors file.
 *
 * @throws CxrFileError `not-found` or `unreadable`, and what `readWeights` throws; each names the file.
 */
export async function loadWeights(file: string): Promise<InceptionWeights> {
  return readWeights(await readBytes(file), { file });
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing
      ? 'there is no such weights file'
      : `cannot read weights: ${(cause as Error).message}`;
    throw new CxrFileError(missing ? 'not-found' : 'unreadable', reason, { file, cause });
  }
}
