import { createRng, type Image, type Pixels } from '@cxr/augment';
import fc from 'fast-check';
import ndarray from 'ndarray';

const MAKE = {
  uint8: (n: number) => new Uint8Array(n),
  uint16: (n: number) => new Uint16Array(n),
  float32: (n: number) => new Float32Array(n),
};

type Type = keyof typeof MAKE;

const WHITE: Record<Type, number> = { uint8: 255, uint16: 65535, float32: 1 };

export interface NoiseOptions {
  height: number;
  width: number;
  channels?: number;
  type?: Type;
  seed?: number;
}

/** An image of even noise over the whole range of its type. */
export function noise({ height, width, channels = 1, type = 'uint8', seed = 0 }: NoiseOptions): Image {
  const rng = createRng(seed);
  const data = MAKE[type](height * width * channels);
  for (let i = 0; i < data.length; i++) data[i] = rng.uniform() * (type === 'float32' ? 1 : WHITE[type] + 1);
  return wrap(data, height, width, channels);
}

/** A smooth image, for which interpolating twice is close to interpolating once. */
export function waves(height: number, width: number): Image {
  const data = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      data[y * width + x] = 0.5 + 0.25 * Math.sin(x / 9) + 0.25 * Math.cos(y / 7);
  }
  return wrap(data, height, width, 1);
}

export function wrap(data: Pixels, height: number, width: number, channels: number): Image {
  return ndarray(data, [height, width, channels]) as Image;
}

/** Small noise images of every type, grey and RGB, of any shape. */
export const anyImage: fc.Arbitrary<Image> = fc
  .record({
    height: fc.integer({ min: 1, max: 24 }),
    width: fc.integer({ min: 1, max: 24 }),
    channels: fc.constantFrom(1, 3),
    type: fc.constantFrom<Type>('uint8', 'uint16', 'float32'),
    seed: fc.nat(),
  })
  .map(noise);

export const anySeed: fc.Arbitrary<number> = fc.maxSafeNat();

export function white(image: Image): number {
  if (image.data instanceof Uint8Array) return 255;
  return image.data instanceof Uint16Array ? 65535 : 1;
}

/** An 8-bit grey image of one value. */
export function grey(value: number, height = 64, width = 64): Image<Uint8Array> {
  return ndarray(new Uint8Array(height * width).fill(value), [height, width, 1]) as Image<Uint8Array>;
}

export function moments(data: ArrayLike<number>): { mean: number; deviation: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    sum += data[i]!;
    squares += data[i]! ** 2;
  }
  const mean = sum / data.length;
  return { mean, deviation: Math.sqrt(squares / data.length - mean ** 2) };
}
