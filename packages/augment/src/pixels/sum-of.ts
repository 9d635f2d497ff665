import type { Pixels } from '../image.js';

/** The sum of all samples. */
export function sumOf(data: Pixels): number {
  const whole = data instanceof Uint8Array && data.byteOffset % 4 === 0 ? data.length & ~3 : 0;
  let sum = whole > 0 ? sumOfWords(new Int32Array(data.buffer, data.byteOffset, whole >> 2)) : 0;
  for (let i = whole; i < data.length; i++) sum += data[i]!;
  return sum;
}

/** Sums four bytes of each word in two 16-bit halves, which 128 words cannot overflow. */
function sumOfWords(words: Int32Array): number {
  let sum = 0;
  for (let start = 0; start < words.length; start += 128) {
    const end = Math.min(words.length, start + 128);
    let pairs = 0;
    for (let i = start; i < end; i++) {
      const word = words[i]!;
      pairs += (word & 0xff00ff) + ((word >>> 8) & 0xff00ff);
    }
    sum += (pairs & 0xffff) + Math.floor(pairs / 65536);
  }
  return sum;
}
