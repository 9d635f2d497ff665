import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Image, image } from '@cxr/image';

const root: string = fileURLToPath(new URL('../../../../', import.meta.url));
const fixtures: string = join(root, 'fixtures', 'data');

/** The folder with the real images, or undefined, said once, where this machine lacks it. */
export function findShared(): string | undefined {
  const folder = resolve(root, process.env.CXR_SHARED ?? '../shared', 'data');
  if (existsSync(folder)) return folder;
  console.info(`left out: ${folder} is not here (set CXR_SHARED)`);
  return undefined;
}

export function readJsonLines<T>(name: string): T[] {
  return readFileSync(join(fixtures, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** `noise` of make_resize_goldens.py: hashed numbers of 32 bits. */
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

/** `source` of make_resize_goldens.py. */
export function noiseImage(height: number, width: number, channels: number, seed: number): Image<Uint8Array> {
  const data = new Uint8Array(height * width * channels);
  const numbers = noise(data.length, seed);
  for (let i = 0; i < data.length; i++) {
    const byte = numbers[i]! >>> 24;
    data[i] = seed % 3 !== 0 ? byte : byte < 128 ? 0 : 255;
  }
  return image(data, height, width, channels);
}

export function sha256(array: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex');
}
