import { CxrFileError } from '@cxr/image';
import type { DicomWindow } from '../dicom/dicom-header.js';
import { windowShade } from '../dicom/window-grey.js';
import type { TiffLayout } from './tiff-layout.js';

/**
 * Signed, floating-point or 32-bit samples through a window: black 0, white 255 (of 8 bits) or 65535. `'all'` shows all values that could be stored;
 * of floats, those from the minimum to the maximum of the image. A window that names no shape is `LINEAR_EXACT`: DICOM's `LINEAR`
 * means whole numbers (of width 1, black or white only).
 * @param data the stored bits
 * @throws CxrFileError 'corrupt' for floats that are no numbers.
 */
export function showValues(
  data: Uint8Array | Uint16Array | Uint32Array,
  { bits, format, photometric }: TiffLayout,
  asked: 'all' | DicomWindow,
): Uint8Array | Uint16Array {
  const values = meaningOf(data, format);
  if (values instanceof Float32Array && !values.every(Number.isFinite))
    throw new CxrFileError('corrupt', 'a TIFF with samples that are no numbers');
  const window = asked === 'all' ? wholeRange(values, bits, format) : asked;
  const shade = windowShade({ ...window, shape: window.shape ?? 'LINEAR_EXACT' });
  const out = bits === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  const white = bits === 8 ? 255 : 65535;
  for (let i = 0; i < out.length; i++) {
    const bright = shade(values[i]!);
    out[i] = Math.round(white * (photometric === 'white is zero' ? 1 - bright : bright));
  }
  return out;
}

type Values = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array;

function meaningOf(data: Uint8Array | Uint16Array | Uint32Array, format: TiffLayout['format']): Values {
  if (format === 'float') return new Float32Array(data.buffer);
  if (format === 'unsigned') return data;
  if (data instanceof Uint8Array) return new Int8Array(data.buffer);
  return data instanceof Uint16Array ? new Int16Array(data.buffer) : new Int32Array(data.buffer);
}

function wholeRange(values: Values, bits: number, format: TiffLayout['format']): DicomWindow {
  let min = format === 'signed' ? -(2 ** (bits - 1)) : 0;
  let max = min + 2 ** bits - 1;
  if (format === 'float') {
    [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { centre: (min + max) / 2, width: max - min || 1, shape: 'LINEAR_EXACT' };
}
