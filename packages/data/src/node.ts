export { checkWindow } from './codecs/dicom/check-window.js';
export { type ArrayImages, type ArrayImagesOptions, npzNames, openArrayImages } from './node/array-images.js';
export { checkWritable, checkWritableFolder } from './node/check-writable.js';
export { type DownloadOptions, type DownloadProgress, download } from './node/download.js';
export { type EncodeJpegOptions, encodeJpeg } from './node/encode-jpeg.js';
export {
  type FetchedDataset,
  type FetchKermanyOptions,
  fetchKermany,
  KERMANY,
} from './node/fetch-kermany.js';
export { fileSystemError } from './node/file-system-error.js';
export { filesDigest } from './node/files-digest.js';
export type { Augment, AugmentContext } from './node/fit-file.js';
export {
  type ClassCount,
  type DatasetReport,
  type DuplicateGroup,
  type InspectDatasetOptions,
  inspectDataset,
  type PrivacyReport,
  type Range,
} from './node/inspect-dataset.js';
export { type JsonLines, openJsonLines, readJsonLines } from './node/json-lines.js';
export { keepSettings } from './node/keep-settings.js';
export { type ClassFolder, listClassFolders } from './node/list-class-folders.js';
export { listDataset, listFromCsv } from './node/list-dataset.js';
export { type ListImagesOptions, listImages } from './node/list-images.js';
export { type Dataset, type LoadDatasetOptions, loadDataset } from './node/load-dataset.js';
export { FOLDER_LOCK, isLocked, withFolderLock, withLock } from './node/lock.js';
export { makeFolder } from './node/make-folder.js';
export { readBytes } from './node/read-bytes.js';
export { type ReadImageOptions, readImage } from './node/read-image.js';
export { type ReadImagesOptions, readImages } from './node/read-images.js';
export { readWholeFile } from './node/read-whole-file.js';
export { checkShard, inShard, type Shard } from './node/shard.js';
export { sharpCodec } from './node/sharp-codec.js';
export { type FileBatch, type StreamBatchesOptions, streamBatches } from './node/stream-batches.js';
export { type UnpackZipOptions, unpackZip } from './node/unpack-zip.js';
export {
  type MapOptions,
  type PoolResult,
  WorkerPool,
  type WorkerPoolOptions,
} from './node/worker-pool.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
export { writeFlushed } from './node/write-flushed.js';
export { type ReadEntryOptions, type ReadNpzFileOptions, readNpzFile, ZipFile } from './node/zip-file.js';
export { pathBelow } from './node/zip-path.js';
