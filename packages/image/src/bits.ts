import { dimensions, type Image, type IntegerImage, image, pixels } from './image.js';

/** @throws RangeError unless it is a whole number from 1 to 16. */
export function checkBits(bits: number): void {
  if (!(Number.isSafeInteger(bits) && bits >= 1 && bits <= 16)) {
    throw new RangeError(`invalid bits: ${bits} (1 to 16)`);
  }
}

/**
 * The bits that the largest sample of an image needs: 12 for a largest sample of 2048 to 4095, 0 for a black image.
 * @throws TypeError if it is no image of Uint8 or Uint16.
 */
export function usedBits(source: IntegerImage): number {
  const data = wholeNumbers(source);
  let all = 0;
  for (let i = 0; i < data.length; i++) all |= data[i]!;
  return 32 - Math.clz32(all);
}

/**
 * A 16-bit image whose samples use only the lowest `bits` bits, such as a 12-bit picture in a 16-bit PNG, at the full
 * 16-bit scale: x × 65535 / (2^bits − 1), rounded to the nearest whole number. So black stays 0 and white becomes 65535,
 * and from 8 bits on the high byte, which conversions to 8 bits take, is exactly the top 8 of the `bits` bits. An 8-bit
 * image, which has its full scale, is given back as it is.
 * @param bits 1 to 16.
 * @throws RangeError for a sample of 2^bits or more, and for invalid bits; TypeError if it is no image of Uint8 or Uint16.
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
 * What is suspicious about a set whose 16-bit images use so few bits; undefined where nothing is. More than 14 bits pass:
 * cameras give 10, 12 or 14.
 * @param count how many 16-bit images there are.
 * @param used the most bits any of them uses, see `usedBits`.
 */
export function bitsWarning(count: number, used: number): string | undefined {
  if (count === 0 || used === 0 || used > 14) return undefined;
  // A picture need not hold the whitest white: cameras have an even number of bits.
  const bits = Math.max(8, used + (used % 2));
  const images = count === 1 ? 'the one 16-bit image uses' : `the ${count} 16-bit images use`;
  return `${images} only ${used} of 16 bits and would be almost black: if white is ${2 ** bits - 1}, say so with bits: ${bits}`;
}

/** Watches the images of one set as they are read, and warns once, when all are seen. */
export class BitsWatch {
  readonly #onWarning: ((message: string) => void) | undefined;
  #count = 0;
  #used = 0;

  constructor(onWarning: ((message: string) => void) | undefined) {
    this.#onWarning = onWarning;
  }

  /** @param used bits that a 16-bit image uses. */
  add(used: number): void {
    this.#count++;
    this.#used = Math.max(this.#used, used);
  }

  /** Looks at an image in memory; those that are not Uint16 do not count. */
  look(source: Image): void {
    if (this.#onWarning && source.data instanceof Uint16Array) this.add(usedBits(source as IntegerImage));
  }

  /** All images of the set are seen: warns where there is reason to, and starts anew. */
  end(): void {
    const warning = bitsWarning(this.#count, this.#used);
    this.#count = 0;
    this.#used = 0;
    if (warning !== undefined) this.#onWarning?.(warning);
  }
}
