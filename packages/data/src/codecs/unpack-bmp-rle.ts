import { CxrFileError } from '@cxr/image';

/**
 * Unpacks the run-length encoding of a BMP of 8 or 4 bits: palette indices `[height, width]`, rows in the file's order.
 * @throws CxrFileError 'truncated' if it does not fill the image.
 */
export function unpackBmpRle(packed: Uint8Array, width: number, height: number, bits: 4 | 8): Uint8Array {
  // Two bytes stand for 255 pixels at most, and skips of up to 255 rows take four.
  if (width * height > packed.length * 16_384 + 255) throw cutOff();
  const out = new Uint8Array(width * height);
  let [at, x, y] = [0, 0, 0];
  const put = (index: number): void => {
    if (x < width && y < height) out[y * width + x] = index;
    x++;
  };
  while (at + 2 <= packed.length) {
    const count = packed[at]!;
    const byte = packed[at + 1]!;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) put(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
    } else if (byte === 0) {
      x = 0;
      y++;
    } else if (byte === 1) {
      const done = y >= height || (y === height - 1 && x >= width);
      if (!done) throw cutOff();
      return out;
    } else if (byte === 2) {
      if (at + 2 > packed.length) throw cutOff();
      x += packed[at]!;
      y += packed[at + 1]!;
      at += 2;
    } else {
      const length = bits === 8 ? byte : (byte + 1) >> 1;
      if (at + length > packed.length) throw cutOff();
      for (let i = 0; i < byte; i++) {
        const stored = packed[at + (bits === 8 ? i : i >> 1)]!;
        put(bits === 8 ? stored : i % 2 === 0 ? stored >> 4 : stored & 15);
      }
      // Such pixels end at an even offset.
      at += length + (length % 2);
    }
  }
  // The end's mark may be missing if all is there.
  if (y >= height || (y === height - 1 && x >= width)) return out;
  throw cutOff();
}

function cutOff(): CxrFileError {
  return new CxrFileError('truncated', 'the BMP is cut off');
}
