export type { Augment, AugmentContext } from './node/fit-file.js';
export { type ClassFolder, listClassFolders } from './node/list-class-folders.js';
export { type ListImagesOptions, listImages } from './node/list-images.js';
export { type Dataset, type LoadDatasetOptions, loadDataset } from './node/load-dataset.js';
export { type ReadImageOptions, readImage } from './node/read-image.js';
export { type ReadImagesOptions, readImages } from './node/read-images.js';
export { sharpCodec } from './node/sharp-codec.js';
export { type FileBatch, type StreamBatchesOptions, streamBatches } from './node/stream-batches.js';
export {
  type MapOptions,
  type PoolResult,
  WorkerPool,
  type WorkerPoolOptions,
} from './node/worker-pool.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
