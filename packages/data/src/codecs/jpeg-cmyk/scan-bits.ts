import { CxrFileError } from '@cxr/image';

/** The bits of a JPEG's scan, the high one first, without the zero that follows each 0xff (ITU-T T.81, F.1.2.3). */
export class ScanReader {
  /** Of the next byte that is not read. */
  at: number;
  readonly #bytes: Uint8Array;
  #bits = 0;
  #count = 0;
  /** How many of the last bits are made up, as there are no more before the next marker. */
  #beyond = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The next 16 bits, which stay. */
  peek(): number {
    while (this.#count < 16) {
      this.#bits = ((this.#bits << 8) | this.#nextByte()) & 0xffffff;
      this.#count += 8;
    }
    return (this.#bits >> (this.#count - 16)) & 0xffff;
  }

  /** @param length up to 16; `peek` comes before. @throws CxrFileError 'corrupt' behind the scan's last bit. */
  skip(length: number): void {
    this.#count -= length;
    if (this.#count < this.#beyond) throw new CxrFileError('corrupt', 'a JPEG with too few data in a scan');
  }

  /** Goes to the next marker, which must be this one. @throws CxrFileError 'corrupt'. */
  restart(marker: number): void {
    const { at } = this;
    if (this.#bytes[at] !== 0xff || this.#bytes[at + 1] !== marker)
      throw new CxrFileError('corrupt', 'a JPEG without one of its restart markers');
    this.at += 2;
    this.#count = 0;
    this.#beyond = 0;
  }

  #nextByte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined || (byte === 0xff && this.#bytes[this.at + 1] !== 0)) {
      this.#beyond += 8;
      return 0;
    }
    this.at += byte === 0xff ? 2 : 1;
    return byte;
  }
}

/** Writes what `ScanReader` reads, and whole segments. */
export class ScanWriter {
  #bytes: Uint8Array;
  #length = 0;
  #bits = 0;
  #count = 0;

  /** @param capacity of bytes, to begin with */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** @param length up to 16 */
  bits(value: number, length: number): void {
    this.#bits = ((this.#bits << length) | value) & 0xffffff;
    this.#count += length;
    for (; this.#count >= 8; this.#count -= 8) {
      const byte = (this.#bits >> (this.#count - 8)) & 0xff;
      this.#byte(byte);
      if (byte === 0xff) this.#byte(0);
    }
  }

  /** Fills the last byte with ones, as JPEG asks before a marker, and adds these bytes. */
  add(bytes: ArrayLike<number>): void {
    if (this.#count > 0) this.bits(0xff >> this.#count, 8 - this.#count);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** All that was written. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length + more);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
