import { CxrFileError, checkOptions, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type ReadNpzOptions, readNpz } from '../archives/npz.js';

/** Images and labels of train, val or test. */
export interface MedMnistPart {
  /** `[n, height, width, channels]`, channels 1 or 3. */
  images: NdArray<Uint8Array>;
  /** `[n, k]`: k is 1, the number of the class, or one 0 or 1 for each finding. */
  labels: NdArray<Uint8Array>;
}

/**
 * Reads a MedMNIST .npz file (PneumoniaMNIST, ChestMNIST, …) into its parts: train, val, test, as there are.
 * @throws CxrFileError 'unsupported', 'truncated', 'corrupt', 'mismatch' or 'too-large'.
 */
export function readMedMnist(
  bytes: Uint8Array,
  options: Omit<ReadNpzOptions, 'names'> = {},
): Record<string, MedMnistPart> {
  checkOptions<Omit<ReadNpzOptions, 'names'>>('readMedMnist', options, { maxBytes: true, checkCrc: true });
  const arrays = readNpz(bytes, options);
  const parts: Record<string, MedMnistPart> = {};
  for (const part of ['train', 'val', 'test']) {
    const images = arrays[`${part}_images`];
    const labels = arrays[`${part}_labels`];
    if (!images && !labels) continue;
    if (!(images?.data instanceof Uint8Array && labels?.data instanceof Uint8Array)) {
      throw new CxrFileError('mismatch', `an .npz without ${part}_images and ${part}_labels of 8 bits`);
    }
    const [n = 0, height = 0, width = 0, channels = 1] = images.shape;
    if (images.shape.length < 3 || images.shape.length > 4 || (channels !== 1 && channels !== 3)) {
      throw new CxrFileError('mismatch', `${part}_images of shape [${images.shape}]`);
    }
    if (labels.shape[0] !== n || labels.shape.length > 2) {
      throw new CxrFileError('mismatch', `${part}_labels of shape [${labels.shape}] for ${n} images`);
    }
    parts[part] = {
      images: ndarray(images.data, [n, height, width, channels]),
      labels: ndarray(labels.data, [n, labels.shape[1] ?? 1]),
    };
  }
  if (Object.keys(parts).length === 0)
    throw new CxrFileError('mismatch', 'not a MedMNIST file: it has no images');
  return parts;
}
