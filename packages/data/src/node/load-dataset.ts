import { type CxrFileError, type FitOptions, fitImage, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type ReadImagesOptions, readImages } from './read-images.js';

export interface LoadDatasetOptions extends FitOptions, ReadImagesOptions {
  onProgress?: (progress: { done: number; total: number }) => void;
}

export interface Dataset {
  /** Uint8 `[n, size, size, channels]`: n × size² × channels bytes, 5.5 MB for 1341 grey images of 64 pixels. */
  images: NdArray<Uint8Array>;
  /** The file of each image, `[n]`. */
  names: string[];
  /** The files left out, where `skipBad` is set. */
  bad: CxrFileError[];
}

/**
 * Decodes each file once and keeps it at the training size, 8 bits a sample: for `epochBatches`.
 * @throws CxrFileError of the first bad file, unless `skipBad`; RangeError for invalid options.
 */
export async function loadDataset(files: readonly string[], options: LoadDatasetOptions): Promise<Dataset> {
  const { size, channels = 1, onBad, onProgress } = options;
  const length = size * size * channels;
  const data = new Uint8Array(files.length * length);
  const names: string[] = [];
  const bad: CxrFileError[] = [];
  const report = () => onProgress?.({ done: names.length + bad.length, total: files.length });
  const remember = (error: CxrFileError) => {
    bad.push(error);
    onBad?.(error);
    report();
  };
  for await (const { name, image } of readImages(files, { ...options, onBad: remember })) {
    data.set(fitImage(image, options).data, names.length * length);
    names.push(name);
    report();
  }
  const images = ndarray(data.subarray(0, names.length * length), [names.length, size, size, channels]);
  return { images, names, bad };
}
