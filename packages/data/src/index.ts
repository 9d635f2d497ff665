export { type Batch, type BatchesOptions, batches, type ImageItem, type ImageSource } from './batches.js';
export type { Codec, CodecOptions } from './codec.js';
export { type ContactSheetOptions, contactSheet } from './contact-sheet.js';
export { CxrFileError, type CxrFileErrorCode, type CxrFileErrorOptions } from './cxr-file-error.js';
export { type DecodeImageOptions, decodeImage } from './decode-image.js';
export { DEFAULT_MAX_PIXELS } from './default-max-pixels.js';
export { type DecodeDicomOptions, decodeDicom } from './dicom/decode-dicom.js';
export {
  type DicomHeader,
  type DicomWindow,
  type Photometric,
  readDicomHeader,
  type WindowFunction,
} from './dicom/dicom-header.js';
export { encodePng } from './encode-png.js';
export { type EpochBatch, type EpochBatchesOptions, epochBatches } from './epoch-batches.js';
export { type Duplicates, findDuplicates, type ImageSignature } from './find-duplicates.js';
export { type FitOptions, fitImage } from './fit-image.js';
export { type Image, image, type NamedImage } from './image.js';
export { type ImageFormat, type ImageHeader, imageHeader } from './image-header.js';
export type { DatasetItem } from './layouts/dataset-item.js';
export { parseCsv } from './layouts/parse-csv.js';
export { patientOf } from './layouts/patient-of.js';
export { type ReadLabelCsvOptions, readLabelCsv } from './layouts/read-label-csv.js';
export { type MedMnistPart, readMedMnist } from './layouts/read-medmnist.js';
export { type SplitItem, splitByPatient } from './layouts/split-by-patient.js';
export {
  type NpyArray,
  type NpyData,
  type NpyDtype,
  readNpy,
  type WriteNpyOptions,
  writeNpy,
} from './npy.js';
export { type ReadNpzOptions, readNpz, type WriteNpzOptions, writeNpz } from './npz.js';
export { type PhantomOptions, type PhantomsOptions, phantom, phantoms } from './phantom.js';
export { type ReadZipOptions, readZip } from './read-zip.js';
export { resizeBilinearTorch } from './resize-bilinear-torch.js';
export type { ResizeFilter } from './resize-filter.js';
export { resizePillow } from './resize-pillow.js';
export { resizePillowFloat } from './resize-pillow-float.js';
export { createRng, type Rng, rngFromState } from './rng.js';
export { shuffle } from './shuffle.js';
export { split, splitHalves } from './split.js';
export { toBatch } from './to-batch.js';
export { toGrey8 } from './to-grey8.js';
export { toRgb8 } from './to-rgb8.js';
