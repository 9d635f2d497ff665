export { type ClassFolder, listClassFolders } from './node/list-class-folders.js';
export { type ListImagesOptions, listImages } from './node/list-images.js';
export { type Dataset, type LoadDatasetOptions, loadDataset } from './node/load-dataset.js';
export { type ReadImageOptions, readImage } from './node/read-image.js';
export { type ReadImagesOptions, readImages } from './node/read-images.js';
export { sharpCodec } from './node/sharp-codec.js';
export { writeFileAtomic } from './node/write-file-atomic.js';
