import { checkFunction } from './check-arguments.js';
import { dimensions, type Image, type IntegerImage, image, pixels } from './image.js';

/** Checks an option `bits`. @throws RangeError unless it is a whole number from 1 to 16. */
export function checkBits(bits: number): void {
  if (!(Number.isSafeInteger(bits) && bits >= 1 && bits <= 16)) {
    throw new RangeError(`invalid bits: ${bits} (1 to 16)`);
  }
}

/**
 * The bits that the largest sample of an image needs: 12 for a largest sample of 2048 to 4095, 0 for a black image.
 * @throws TypeError for an image that is not Uint8 or Uint16.
 */
export function usedBits(source: IntegerImage): number {
  const data = wholeNumbers(source);
  let all = 0;
  for (let i = 0; i < data.length; i++) all |= data[i]!;
  return 32 - Math.clz32(all);
}

/**
 * Scales a 16-bit image that uses only the lowest `bits` bits, such as a 12-bit picture in a 16-bit PNG, to the full 16 bits:
 * x × 65535 / (2^bits − 1), rounded to the nearest whole number. Black stays 0 and white becomes 65535. With 8 `bits` or more
 * the high byte (conversions to 8 bits keep it alone) is exactly the top 8 of those bits. An 8-bit image is returned as it is.
 * @param bits 1 to 16.
 * @throws RangeError for a sample of 2^bits or more, and for invalid bits; TypeError for an image that is not Uint8 or Uint16.
 */
export function scaleBits(source: IntegerImage, bits: number): IntegerImage {
  checkBits(bits);
  const [height, width, channels] = dimensions(source);
  const data = wholeNumbers(source);
  if (data instanceof Uint8Array || bits === 16) return source;
  const white = 2 ** bits - 1;
  const scaled = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const sample = data[i]!;
    if (sample > white)
      throw new RangeError(`a sample of ${sample} is more than ${white}, white of ${bits} bits`);
    scaled[i] = Math.round((sample * 65535) / white);
  }
  return image(scaled, height, width, channels);
}

function wholeNumbers(source: Image): Uint8Array | Uint16Array {
  const data = pixels(source);
  if (data instanceof Float32Array) throw new TypeError('expected an image of Uint8 or Uint16, not Float32');
  return data;
}

/**
 * A warning for a set whose 16-bit images use 14 bits or fewer (detectors give 10, 12 or 14); undefined if there is nothing to
 * warn about.
 * @param count number of 16-bit images in the set.
 * @param used the largest number of bits that one of them uses, see `usedBits`.
 */
export function bitsWarning(count: number, used: number): string | undefined {
  if (count === 0 || used === 0 || used > 14) return undefined;
  // The brightest pixel may lie below white. Detectors have an even number of bits, so round up to one.
  const bits = Math.max(8, used + (used % 2));
  const images = count === 1 ? 'the one 16-bit image uses' : `the ${count} 16-bit images use`;
  return `${images} only ${used} of 16 bits and would be almost black: if white is ${2 ** bits - 1}, set bits to ${bits} (--bits ${bits})`;
}

/** Counts the bits that the images of one set use while they are read, and warns once, after the last image. */
export class BitsMonitor {
  readonly #onWarning: ((message: string) => void) | undefined;
  #count = 0;
  #used = 0;

  /** @param onWarning called by `finish`; undefined counts nothing. */
  constructor(onWarning: ((message: string) => void) | undefined) {
    if (onWarning !== undefined) checkFunction('onWarning', onWarning);
    this.#onWarning = onWarning;
  }

  /** Counts a 16-bit image. @param used the bits it uses, 0 to 16. */
  add(used: number): void {
    this.#count++;
    this.#used = Math.max(this.#used, used);
  }

  /** Counts an image in memory. Only Uint16 images count. */
  inspect(source: Image): void {
    if (this.#onWarning && source.data instanceof Uint16Array) this.add(usedBits(source as IntegerImage));
  }

  /** Call it after the last image: warns if there is reason to, and starts again from zero. */
  finish(): void {
    const warning = bitsWarning(this.#count, this.#used);
    this.#count = 0;
    this.#used = 0;
    if (warning !== undefined) this.#onWarning?.(warning);
  }
}
