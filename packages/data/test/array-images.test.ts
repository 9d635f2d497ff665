import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNpz, writeNpy, writeNpz } from '@cxr/data';
import { npzNames, openArrayImages } from '@cxr/data/node';
import { bitsWarning, CxrFileError } from '@cxr/image';
import { afterAll, describe, expect, it } from 'vitest';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'fixtures', 'data');
const all = join(fixtures, 'array_images.npz');
const folder = mkdtempSync(join(tmpdir(), 'cxr-arrays-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const grey = Array.from({ length: 40 }, (_, i) => 6 * i);
const rgb = grey.flatMap((value) => [value, 255 - value, value >> 1]);

async function read(file: string, options = {}) {
  const images = await openArrayImages(file, options);
  const values: number[] = [];
  const names: string[] = [];
  for await (const { name, image } of images) {
    names.push(name);
    values.push(...(image.data as Uint8Array));
    expect([...image.shape]).toEqual([images.height, images.width, images.channels]);
  }
  return { images, values, names };
}

async function errorOf(work: Promise<unknown>): Promise<CxrFileError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CxrFileError);
  return error as CxrFileError;
}

describe('openArrayImages', () => {
  it.each([
    ['grey', grey, 1],
    ['grey4', grey, 1],
    ['rgb', rgb, 3],
    ['first', rgb, 3],
    ['u16', grey.map((value) => 257 * value), 1],
    ['f4', rgb, 3],
    ['f8', rgb, 3],
    ['f2', grey.map((value) => Math.round((value / 256) * 255)), 1],
  ])('reads the form %s as NumPy wrote it', async (name, expected, channels) => {
    const { images, values, names } = await read(all, { name });
    expect(images).toMatchObject({ name, count: 2, height: 5, width: 4, channels });
    expect(values).toEqual(expected);
    expect(names).toEqual([`${all}[0]`, `${all}[1]`]);
  });

  it('reads a range, an .npy, the only images of a stored .npz, and all of it again', async () => {
    expect((await read(all, { name: 'signed', range: [-1, 1] })).values).toEqual(rgb);
    expect((await read(join(fixtures, 'array_images_rgb.npy'))).values).toEqual(rgb);
    const { images, values } = await read(join(fixtures, 'array_images_one.npz'));
    expect([images.name, values]).toEqual(['images', rgb]);
    let again = 0;
    for await (const { image } of images) again += image.data.length;
    expect(again).toBe(rgb.length);
    // A loop that stops early leaves no file open, and no rejection.
    for await (const _ of images) break;
    expect(await npzNames(join(fixtures, 'array_images_one.npz'))).toEqual(['images', 'labels', 'names']);
  });

  it.each([
    ['fortran', 'unsupported', 'Fortran order'],
    ['i8', 'unsupported', 'images of int64'],
    ['flag', 'unsupported', 'images of bool'],
    ['flat', 'mismatch', 'an array [2,20]: images are [n, h, w]'],
    ['four', 'mismatch', 'an array [2,5,4,4]'],
    ['objects', 'unsupported', 'pickled objects'],
    ['far', 'mismatch', `${all}[0]: `],
    ['signed', 'mismatch', `${all}[0]: `],
    ['missing', 'mismatch', 'an .npz without an array missing'],
  ])('refuses %s by name', async (name, code, message) => {
    const error = await errorOf(read(all, { name }));
    expect(error).toMatchObject({ code, file: all });
    expect(error.message).toContain(message);
  });

  it('refuses several arrays of images, and none', async () => {
    expect((await errorOf(openArrayImages(all))).message).toContain(
      'several arrays of images, of which one must be named: grey, ',
    );
    writeFileSync(
      at('none.npz'),
      writeNpz({ x: { data: new Float32Array(3), shape: [3], dtype: 'float32' } }),
    );
    expect((await errorOf(openArrayImages(at('none.npz')))).message).toContain(
      'no array of images, but x float32 [3]',
    );
    expect((await errorOf(openArrayImages(at('nowhere.npy')))).code).toBe('not-found');
    expect((await errorOf(openArrayImages(join(fixtures, 'array_images_rgb.npy'), { name: 'a' }))).code).toBe(
      'mismatch',
    );
    await expect(openArrayImages(all, { rang: [0, 1] } as never)).rejects.toThrow("unknown option 'rang'");
    await expect(openArrayImages(all, { bits: 0 })).rejects.toThrow(RangeError);
  });

  it('reads files cut off or damaged anywhere as an error, never as other pixels', async () => {
    for (const name of ['array_images_rgb.npy', 'array_images_one.npz', 'array_images.npz']) {
      const bytes = readFileSync(join(fixtures, name));
      const options = name === 'array_images.npz' ? { name: 'rgb' } : {};
      const file = at(name);
      for (let length = 0; length < bytes.length; length += name === 'array_images.npz' ? 97 : 13) {
        writeFileSync(file, bytes.subarray(0, length));
        await errorOf(read(file, options));
      }
      if (name.endsWith('.npy')) continue;
      for (let i = 0; i < bytes.length; i += 41) {
        const damaged = Uint8Array.from(bytes);
        damaged[i]! ^= 0x55;
        writeFileSync(file, damaged);
        const result = await read(file, options).catch((error: unknown) => error);
        if (result instanceof CxrFileError) continue;
        expect((result as Awaited<ReturnType<typeof read>>).values).toEqual(rgb);
      }
    }
  }, 60_000);

  it('takes no memory for what a header only claims', async () => {
    const npy = writeNpy({ data: new Uint8Array(4), shape: [1, 2, 2], dtype: 'uint8' });
    const claim = (shape: string) => {
      const text = new TextDecoder('latin1').decode(npy).replace('(1, 2, 2)', shape.padEnd(9));
      return Uint8Array.from(text, (char) => char.charCodeAt(0));
    };
    for (const [shape, code] of [
      ['(9,99999)', 'truncated'],
      ['(1,9,9e9)', 'corrupt'],
      ['(1,9,999)', 'truncated'],
      ['(0,2,2)', undefined],
      ['(0,0,0)', undefined],
    ] as const) {
      writeFileSync(at('claim.npy'), claim(shape));
      if (code === undefined) expect((await read(at('claim.npy'))).values).toEqual([]);
      else expect((await errorOf(read(at('claim.npy')))).code).toBe(code);
    }
    // Zeros compress a thousandfold: a small file whose one image is larger than any that is read.
    const side = 20_000;
    const data = new Uint8Array(side * side);
    writeFileSync(
      at('bomb.npz'),
      writeNpz({ x: { data, shape: [1, side, side], dtype: 'uint8' } }, { compressed: true }),
    );
    expect((await errorOf(openArrayImages(at('bomb.npz')))).code).toBe('too-large');
  }, 60_000);

  it('streams: thousands of images in the memory of a few', async () => {
    const [n, size] = [3000, 100];
    const data = Uint8Array.from({ length: n * size * size }, (_, i) => i % 251);
    writeFileSync(
      at('many.npz'),
      writeNpz({ x: { data, shape: [n, size, size], dtype: 'uint8' } }, { compressed: true }),
    );
    expect(readNpz(readFileSync(at('many.npz'))).x!.data.length).toBe(data.length);
    let i = 0;
    for await (const { image } of await openArrayImages(at('many.npz'))) {
      expect(image.data[7]).toBe((i * size * size + 7) % 251);
      expect(image.data.buffer.byteLength).toBeLessThan(2 * size * size);
      i++;
    }
    expect(i).toBe(n);
  }, 60_000);

  it('warns of 16 bits that are not used, once an iteration, unless bits are given', async () => {
    const data = Uint16Array.from({ length: 32 }, (_, i) => 130 * i);
    writeFileSync(at('twelve.npy'), writeNpy({ data, shape: [2, 4, 4], dtype: 'uint16' }));
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    await read(at('twelve.npy'), { bits: 12, onWarning });
    expect(warnings).toEqual([]);
    await read(at('twelve.npy'), { onWarning });
    expect(warnings).toEqual([bitsWarning(2, 12)]);
  });
});
