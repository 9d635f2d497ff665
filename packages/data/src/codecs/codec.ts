import type { IntegerImage } from '@cxr/image';
import type { DicomWindow } from './dicom/dicom-header.js';
import type { ImageFormat, ImageHeader } from './image-header.js';
import type { OpenJpeg } from './jpeg2000/load-openjpeg.js';

/** Limits that a codec keeps. */
export interface CodecOptions {
  /** The largest width × height that may be decoded. */
  maxPixels: number;
  /** For JPEG 2000, where the decoder is not installed: in browsers. */
  openjpeg?: OpenJpeg | undefined;
  /** Values shown: see `decodeImage`. */
  window?: 'file' | 'all' | DicomWindow | undefined;
  /** For DICOM whose own window is unusable. */
  fallbackWindow?: 'all' | DicomWindow | undefined;
  /** DICOM without preamble, too. */
  force?: boolean | undefined;
}

/** A decoder for some formats. Which one reads a file is the caller's choice: `decodeImage(bytes, { codec })`. */
export interface Codec {
  readonly name: string;
  readonly formats: readonly ImageFormat[];
  /** @throws CxrFileError 'truncated', 'corrupt', 'too-large' or 'unsupported'. */
  decode(bytes: Uint8Array, header: ImageHeader, options: CodecOptions): Promise<IntegerImage>;
}
