import { readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { InceptionWeights } from '../inception/inception-weights.js';
import { readWeights } from '../weights/read-weights.js';

/** The official file has 96 MB, and in float64 it would have 191. */
const MAX_BYTES = 2 ** 28;

/**
 * Reads the Inception's weights from a torch file (zip or legacy format) or a safetensors file.
 *
 * @throws CxrFileError `not-found`, `not-a-file`, `unreadable` or `too-large` (more than 256 MiB), and what `readWeights` throws;
 * each names the file.
 */
export async function loadWeights(file: string): Promise<InceptionWeights> {
  return readWeights(await readBytes(file), { file });
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readWholeFile(file, MAX_BYTES);
  } catch (cause) {
    if (!(cause instanceof CxrFileError)) throw cause;
    const { code } = cause;
    const reason =
      code === 'not-found' ? 'there is no such weights file' : `cannot read weights: ${cause.reason}`;
    throw new CxrFileError(code, reason, { file, cause });
  }
}
