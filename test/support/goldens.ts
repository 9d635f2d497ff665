import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Image, image } from '@cxr/image';

/** The rows of a file of JSON lines, by its path in `fixtures/`. */
export function readJsonLines<T>(name: string): T[] {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** `noise` of fixtures/image/make_resize_goldens.py: hashed numbers of 32 bits. */
export function noise(count: number, seed: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let x = i + seed;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    numbers[i] = x ^ (x >>> 16);
  }
  return numbers;
}

/** `source` of fixtures/image/make_resize_goldens.py. */
export function noiseImage(height: number, width: number, channels: number, seed: number): Image<Uint8Array> {
  const data = new Uint8Array(height * width * channels);
  const numbers = noise(data.length, seed);
  for (let i = 0; i < data.length; i++) {
    const byte = numbers[i]! >>> 24;
    data[i] = seed % 3 !== 0 ? byte : byte < 128 ? 0 : 255;
  }
  return image(data, height, width, channels);
}

/** SHA-256 of an array's bytes, in hex; goldens hold the first 16 digits. */
export function sha256(array: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex');
}
