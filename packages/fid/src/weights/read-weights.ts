import { isSafetensors, readSafetensors } from '@cxr/data';
import { CxrFileError, checkOptions, describeValue } from '@cxr/image';
import { checkWeights, type InceptionWeights, type WeightTensor } from '../inception/inception-weights.js';
import { isTorch, readTorch } from './read-torch.js';
import { sha256 } from './sha256.js';

/**
 * Reads and checks the Inception's weights from the bytes of a torch file (zip or legacy) or a safetensors file with
 * pytorch-fid's names. Nothing of the file is run.
 *
 * @throws CxrFileError `corrupt`, `truncated` or `unsupported` if the bytes are damaged or another file, `mismatch` if a
 * tensor is missing or has another shape; RangeError for unknown options; TypeError for anything but a Uint8Array.
 * @param options `file`: the name of the file, for messages and the result. @default none
 */
export async function readWeights(
  bytes: Uint8Array,
  options: { file?: string | undefined } = {},
): Promise<InceptionWeights> {
  checkOptions('readWeights', options, { file: true });
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`the weights' bytes must be a Uint8Array, not ${describeValue(bytes)}`);
  const kind = kindOf(bytes, options.file);
  const tensors = parse(bytes, kind, options.file);
  checkWeights(tensors, options.file);
  return { kind, ...options, sha256: await sha256(bytes), tensors };
}

/** Decided by the content; the name only decides what a file of neither kind is reported as not being. */
function kindOf(bytes: Uint8Array, file: string | undefined): 'torch' | 'safetensors' {
  if (isSafetensors(bytes)) return 'safetensors';
  if (isTorch(bytes)) return 'torch';
  const [, extension] = /\.(safetensors|pth?|bin|ckpt)$/i.exec(file ?? '') ?? [];
  const expected =
    extension === undefined
      ? 'neither a torch file (zip or older format) nor a safetensors file'
      : extension.toLowerCase() === 'safetensors'
        ? 'not a safetensors file'
        : 'not a torch file: neither a zip file nor torch’s older format';
  throw new CxrFileError('corrupt', `cannot read weights: ${expected}`, { file });
}

function parse(
  bytes: Uint8Array,
  kind: 'torch' | 'safetensors',
  file: string | undefined,
): Map<string, WeightTensor> {
  try {
    return kind === 'torch' ? readTorch(bytes) : readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof CxrFileError)) throw error;
    throw new CxrFileError(error.code, `cannot read weights: ${error.reason}`, { file, cause: error });
  }
}
