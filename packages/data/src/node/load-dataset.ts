import {
  type CxrFileError,
  checkFit,
  checkOptions,
  FIT_OPTIONS,
  type FitOptions,
  type NamedImage,
} from '@cxr/image';
import type { NdArray } from 'ndarray';
import { collectImages } from '../batches/collect-images.js';
import { checkFiles } from './check-files.js';
import { READ_IMAGES_OPTIONS, type ReadImagesOptions, readImages } from './read-images.js';
import { checkShard } from './shard.js';

/** How `loadDataset` reads and fits images. */
export interface LoadDatasetOptions extends FitOptions, ReadImagesOptions {
  /** Called after each file, read or bad. @default none */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/** The images that `loadDataset` read. */
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
 * @throws CxrFileError of the first bad file, unless `skipBad`; RangeError for unknown or invalid options; TypeError unless `files` is an
 * array.
 */
export async function loadDataset(files: readonly string[], options: LoadDatasetOptions): Promise<Dataset> {
  checkFiles('loadDataset', files);
  checkOptions<LoadDatasetOptions>('loadDataset', options, {
    ...FIT_OPTIONS,
    ...READ_IMAGES_OPTIONS,
    onProgress: true,
  });
  checkFit(options);
  const { size, channels, filter, onProgress, ...reading } = options;
  const { signal, onBad, shard = [0, 1] } = reading;
  checkShard(shard);
  const total = Math.ceil((files.length - shard[0]) / shard[1]);
  const names: string[] = [];
  const bad: CxrFileError[] = [];
  const report = () => onProgress?.({ done: names.length + bad.length, total });
  const onBadFile = (error: CxrFileError) => {
    bad.push(error);
    onBad?.(error);
    report();
  };
  const onImage = ({ name }: NamedImage) => {
    names.push(name);
    report();
  };
  const read = readImages(files, { ...reading, onBad: onBadFile });
  const images = await collectImages(read, { size, channels, filter, signal, onImage });
  return { images, names, bad };
}
