import { clip, type Image, maximum, type Pixels, raster, samplesLike, toImage } from '../image.js';
import { createRng } from '../rng.js';
import { HIGH_SHIFT, LOW_MASK, normalTable } from './normals.js';

/** Adds normal noise whose deviation depends on the value, each sample on its own; cuts off at black and white. */
export function addNoise(
  image: Image,
  seed: number,
  deviation: (value: number, max: number) => number,
): Image {
  const source = raster(image);
  const { data } = source;
  const max = maximum(data);
  const out = samplesLike(data, data.length);
  if (data instanceof Float32Array) noisyFloats(data, out, seed, (value) => deviation(value, max));
  else
    noisyLevels(
      data,
      out,
      seed,
      Float32Array.from({ length: max + 1 }, (_, v) => deviation(v, max)),
      max,
    );
  return toImage(out, source, source.channels);
}

/** Two samples a random word. */
function noisyLevels(data: Pixels, out: Pixels, seed: number, deviations: Float32Array, max: number): void {
  const rng = createRng(seed);
  const table = normalTable();
  for (let i = 0; i < data.length; i += 2) {
    const word = rng.uint32();
    const a = data[i]!;
    const u = a + deviations[a]! * table[word >>> HIGH_SHIFT]! + 0.5;
    out[i] = clip(u, max);
    if (i + 1 === data.length) break;
    const b = data[i + 1]!;
    const v = b + deviations[b]! * table[word & LOW_MASK]! + 0.5;
    out[i + 1] = clip(v, max);
  }
}

function noisyFloats(
  data: Float32Array,
  out: Pixels,
  seed: number,
  deviation: (value: number) => number,
): void {
  const rng = createRng(seed);
  const table = normalTable();
  for (let i = 0; i < data.length; i++) {
    const value = data[i]! + deviation(data[i]!) * table[rng.uint32() >>> HIGH_SHIFT]!;
    out[i] = Math.max(0, Math.min(1, value));
  }
}
