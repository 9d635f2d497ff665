import { CxrFileError } from './cxr-file-error.js';

/** Refuses what a header declares before anything is allocated for it. @throws CxrFileError 'corrupt' or 'too-large'. */
export function checkPixels(format: string, width: number, height: number, maxPixels: number): void {
  if (!(width > 0 && height > 0))
    throw new CxrFileError('corrupt', `a ${format} image of ${width} × ${height} pixels`);
  if (width * height > maxPixels) {
    throw new CxrFileError('too-large', `${width} × ${height} pixels, more than the limit of ${maxPixels}`);
  }
}
