import { CxrFileError } from '@cxr/image';

/** Bits of a JPEG-LS scan: after a byte 0xFF, the next one has seven (ITU-T T.87, A.1). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #cache = 0;
  /** Bits in the cache that were not read yet: its lowest ones. */
  #count = 0;
  #afterFF = false;

  /** @param bytes of one scan, up to the marker after it. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws CxrFileError 'truncated'. */
  bit(): number {
    if (this.#count === 0) this.#fill();
    this.#count--;
    return (this.#cache >>> this.#count) & 1;
  }

  /** @param count of bits, up to 16. @throws CxrFileError 'truncated'. */
  bits(count: number): number {
    while (this.#count < count) this.#fill();
    this.#count -= count;
    return (this.#cache >>> this.#count) & ((1 << count) - 1);
  }

  /** The zeros before the next one, which is read, too. @throws CxrFileError 'truncated', or 'corrupt' for more than `max`. */
  zeros(max: number): number {
    let zeros = 0;
    for (;;) {
      if (this.#count === 0) this.#fill();
      const rest = this.#cache & ((1 << this.#count) - 1);
      if (rest !== 0) {
        const left = 32 - Math.clz32(rest);
        zeros += this.#count - left;
        this.#count = left - 1;
        break;
      }
      zeros += this.#count;
      this.#count = 0;
      if (zeros > max) break;
    }
    if (zeros > max) throw new CxrFileError('corrupt', 'a broken JPEG-LS');
    return zeros;
  }

  #fill(): void {
    if (this.#at >= this.#bytes.length) throw new CxrFileError('truncated', 'the JPEG-LS is cut off');
    const byte = this.#bytes[this.#at++]!;
    const bits = this.#afterFF ? 7 : 8;
    this.#cache = (this.#cache << bits) | byte;
    this.#count += bits;
    this.#afterFF = byte === 0xff;
  }
}
