import { createRng, hashKeys } from '@cxr/image';
import { clip, type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { copyOf, samplesLike } from '../memory.js';
import { claim } from '../simd/kernels.js';
import { HIGH_SHIFT, LOW_MASK, normalTable } from './normals.js';

/** Adds independent normal noise to every sample; its deviation depends on the sample's value. Results are clipped to black and white. */
export function addNoise(
  image: Image,
  seed: number,
  deviation: (value: number, max: number) => number,
): Image {
  const source = raster(image);
  const { data } = source;
  const max = maximum(data);
  return toImage(
    noisy(data, seed, max, (value) => deviation(value, max)),
    source,
    source.channels,
  );
}

function noisy(data: Pixels, seed: number, max: number, deviation: (value: number) => number): Pixels {
  if (data instanceof Float32Array) return noisyFloats(data, seed, deviation);
  const deviations = Float32Array.from({ length: max + 1 }, (_, level) => deviation(level));
  return noisySimd(data, seed, deviations) ?? noisyLevels(data, seed, deviations, max);
}

/** Each random word serves two samples. */
function noisyLevels(data: Pixels, seed: number, deviations: Float32Array, max: number): Pixels {
  const out = samplesLike(data, data.length);
  const rng = createRng(seed);
  const table = normalTable();
  for (let i = 0; i < data.length; i += 2) {
    const word = rng.uint32();
    const a = data[i]!;
    out[i] = clip(a + deviations[a]! * table[word >>> HIGH_SHIFT]! + 0.5, max);
    if (i + 1 === data.length) break;
    const b = data[i + 1]!;
    out[i + 1] = clip(b + deviations[b]! * table[word & LOW_MASK]! + 0.5, max);
  }
  return out;
}

/** The same in WebAssembly; null if it has no kernel for it. */
function noisySimd(data: Pixels, seed: number, deviations: Float32Array): Uint8Array | null {
  if (!(data instanceof Uint8Array)) return null;
  const table = normalTable();
  const claimed = claim(data.length, data.length, deviations.byteLength, table.byteLength);
  if (claimed === null) return null;
  const [src, out, first, second] = claimed.at as [number, number, number, number];
  claimed.bytes.set(data, src);
  new Float32Array(claimed.bytes.buffer, first, deviations.length).set(deviations);
  new Float32Array(claimed.bytes.buffer, second, table.length).set(table);
  const [a, b, c, d] = hashKeys([seed]).map((word) => BigInt(word >>> 0)) as [bigint, bigint, bigint, bigint];
  claimed.kernels.addNoise(src, out, data.length, first, second, (a << 32n) | b, (c << 32n) | d);
  return copyOf(claimed.bytes, out, out + data.length);
}

function noisyFloats(data: Float32Array, seed: number, deviation: (value: number) => number): Float32Array {
  const rng = createRng(seed);
  const table = normalTable();
  return data.map((value) => clip(value + deviation(value) * table[rng.uint32() >>> HIGH_SHIFT]!, 1));
}
