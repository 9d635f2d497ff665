export {
  type BatchLike,
  CxrFileError,
  type CxrFileErrorCode,
  type CxrFileErrorOptions,
  createRng,
  DEFAULT_MAX_PIXELS,
  type FitOptions,
  fitImage,
  fromImageData,
  type Image,
  type ImageItem,
  type ImageSet,
  type IntegerImage,
  image,
  type NamedImage,
  type Pixels,
  type ResizeFilter,
  type Rng,
  resizeBilinearTorch,
  resizePillow,
  resizePillow13,
  resizePillowFloat,
  rngFromState,
  shuffle,
  split,
  splitHalves,
  toGrey8,
  toRgb8,
  type ValueRange,
} from '@cxr/image';
export {
  type NpyArray,
  type NpyData,
  type NpyDtype,
  readNpy,
  type WriteNpyOptions,
  writeNpy,
} from './archives/npy.js';
export { type ReadNpzOptions, readNpz, type WriteNpzOptions, writeNpz } from './archives/npz.js';
export { type ReadZipOptions, readZip } from './archives/read-zip.js';
export {
  isSafetensors,
  type ReadSafetensorsOptions,
  readSafetensors,
  readSafetensorsMetadata,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './archives/safetensors.js';
export {
  DATA_TYPE_BYTES,
  type DataType,
  decodeValues,
  isShape,
  MAX_TENSOR_VALUES,
  sizeOf,
  type Tensor,
} from './archives/tensor-data.js';
export { type Batch, type BatchesOptions, batches } from './batches/batches.js';
export { type CollectImagesOptions, collectImages } from './batches/collect-images.js';
export { type EpochBatch, type EpochBatchesOptions, epochBatches } from './batches/epoch-batches.js';
export { takeBatch } from './batches/take-batch.js';
export { toBatch } from './batches/to-batch.js';
export type { Codec, CodecOptions } from './codecs/codec.js';
export { type DecodeImageOptions, decodeImage } from './codecs/decode-image.js';
export { type DecodeDicomOptions, decodeDicom } from './codecs/dicom/decode-dicom.js';
export {
  type DicomHeader,
  type DicomWindow,
  type Photometric,
  type ReadDicomHeaderOptions,
  readDicomHeader,
  type WindowFunction,
} from './codecs/dicom/dicom-header.js';
export { encodePng } from './codecs/encode-png.js';
export { type ImageFormat, type ImageHeader, imageHeader } from './codecs/image-header.js';
export type { OpenJpeg } from './codecs/jpeg2000/load-openjpeg.js';
export { DecoderLoadError } from './codecs/load-wasm.js';
export { type ContactSheetOptions, contactSheet } from './contact-sheet.js';
export type { DatasetItem } from './layouts/dataset-item.js';
export { type Duplicates, findDuplicates, type ImageSignature } from './layouts/find-duplicates.js';
export { parseCsv } from './layouts/parse-csv.js';
export { patientKey, patientOf } from './layouts/patient-of.js';
export { type ReadLabelCsvOptions, readLabelCsv } from './layouts/read-label-csv.js';
export { type MedMnistPart, readMedMnist } from './layouts/read-medmnist.js';
export {
  type PatientSplit,
  type SplitByPatientOptions,
  type SplitItem,
  splitByPatient,
} from './layouts/split-by-patient.js';
export { type PhantomOptions, type PhantomsOptions, phantom, phantoms } from './phantom/phantom.js';
export { findPersonalData, type PersonalData } from './privacy/find-personal-data.js';
export { type Corner, lettersInCorners } from './privacy/letters-in-corners.js';
