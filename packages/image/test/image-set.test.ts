import { type ImageSet, type ImageSetOptions, image, imagesOf } from '@cxr/image';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';

const BYTES = [0, 51, 128, 255];
const grey = () => image(Uint8Array.from(BYTES), 2, 2, 1);
const floats = (scale: (byte: number) => number) => Float32Array.from(BYTES, scale);

async function read(set: ImageSet, options?: ImageSetOptions): Promise<[name: string, samples: number[]][]> {
  const found: [string, number[]][] = [];
  for await (const { name, image } of imagesOf(set, options)) found.push([name, [...image.data]]);
  return found;
}

async function* stream<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

describe('imagesOf', () => {
  it('gives the same images of every form of a set', async () => {
    const tensor = (data: Float32Array | Int32Array, dtype: string) => ({
      shape: [1, 2, 2, 1],
      dtype,
      data: async () => data,
    });
    const unit = floats((byte) => byte / 255);
    const forms: ImageSet[] = [
      [grey()],
      [() => grey()],
      [async () => grey()],
      new Set([grey()]),
      stream(grey()),
      ndarray(Uint8Array.from(BYTES), [1, 2, 2, 1]),
      ndarray(unit, [1, 2, 2, 1]),
      { data: Uint8Array.from(BYTES), shape: [1, 2, 2, 1] },
      { data: floats((byte) => byte / 127.5 - 1), shape: [1, 2, 2, 1], range: [-1, 1] },
      stream({ data: unit, shape: [1, 2, 2, 1] }),
      tensor(unit, 'float32'),
      tensor(Int32Array.from(BYTES), 'int32'),
      [image(unit, 2, 2, 1)],
    ];
    for (const form of forms) expect(await read(form)).toEqual([['image 0', BYTES]]);
  });

  it('numbers images through several batches, and keeps names and labels', async () => {
    const pair = { data: new Uint8Array(8), shape: [2, 2, 2, 1] };
    const set = [pair, { name: 'a', image: grey(), label: 3 }, grey()];
    const found = [];
    for await (const { name, label } of imagesOf(set)) found.push([name, label]);
    expect(found).toEqual([
      ['image 0', undefined],
      ['image 1', undefined],
      ['a', 3],
      ['image 3', undefined],
    ]);
  });

  it.each([
    [[-1, 1] as const, (byte: number) => byte / 127.5 - 1],
    [[0, 255] as const, (byte: number) => byte],
  ])('takes floats in %s where that is said, and refuses them where it is not', async (range, scale) => {
    const set = [image(floats(scale), 2, 2, 1)];
    expect(await read(set, { range })).toEqual([['image 0', BYTES]]);
    await expect(read(set)).rejects.toThrow(/^image 0: a sample of (-1|51) is outside \[0, 1\]/);
  });

  it('refuses NaN, infinity, whole numbers beyond a byte and ranges that are none', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(read([image(Float32Array.of(value), 1, 1, 1)])).rejects.toThrow(`a sample of ${value}`);
    }
    const wide = { shape: [1, 1, 1, 1], dtype: 'int32', data: async () => Int32Array.of(256) };
    await expect(read(wide)).rejects.toThrow('a sample of 256 in an int32 tensor (0..255)');
    const one = [image(Float32Array.of(0), 1, 1, 1)];
    await expect(read(one, { range: [1, 1] })).rejects.toThrow(RangeError);
  });

  it('says what it was given where that is no set of images', async () => {
    const wrong = (value: unknown) => read(value as ImageSet);
    await expect(wrong('folder')).rejects.toThrow('not a set of images: string folder: to read a folder');
    await expect(wrong(undefined)).rejects.toThrow('not a set of images: undefined');
    await expect(wrong({})).rejects.toThrow('not a set of images: an object');
    await expect(wrong(Object.create(null))).rejects.toThrow('not a set of images: an object');
    await expect(wrong([5])).rejects.toThrow('not an image: number 5');
    await expect(wrong([ndarray(new Uint8Array(4), [2, 2])])).rejects.toThrow('(grey is [2,2, 1])');
    await expect(wrong([ndarray(new Uint8Array(4), [1, 1, 4])])).rejects.toThrow('fromImageData');
    await expect(wrong([ndarray(new Uint8ClampedArray(3), [1, 1, 3])])).rejects.toThrow('Uint8ClampedArray');
    await expect(wrong({ data: new Uint8Array(3), shape: [1, 2, 2, 1] })).rejects.toThrow('data length: 3');
  });
});
