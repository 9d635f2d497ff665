import { CxrFileError } from './cxr-file-error.js';

/**
 * Checks the size that a header declares, before memory is taken for it.
 * @throws CxrFileError 'corrupt' for a side of 0, 'too-large' for more than `maxPixels` pixels.
 */
export function checkPixels(format: string, width: number, height: number, maxPixels: number): void {
  if (!(width > 0 && height > 0))
    throw new CxrFileError('corrupt', `a ${format} image of ${width} × ${height} pixels`);
  if (width * height > maxPixels) {
    throw new CxrFileError('too-large', `${width} × ${height} pixels, more than the limit of ${maxPixels}`);
  }
}
