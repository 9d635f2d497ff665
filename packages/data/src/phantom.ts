import type { NdArray } from 'ndarray';
import { image, type NamedImage } from './image.js';
import { createRng } from './rng.js';

export interface PhantomOptions {
  seed: number;
  /** Width and height in pixels. */
  size: number;
  /** Adds opacities in the lungs. Default false. */
  sick?: boolean;
}

/** A drawn image that looks like a frontal chest X-ray, Uint8 `[size, size, 1]`. The same seed gives the same anatomy. */
export function phantom({ seed, size, sick = false }: PhantomOptions): NdArray<Uint8Array> {
  const rng = createRng(seed);
  const shift = 0.05 * rng.normal();
  const data = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (2 * x + 1) / size - 1 - shift;
      const v = (2 * y + 1) / size - 1;
      let value = 170;
      for (const side of [-1, 1]) {
        const lung = ((u - 0.42 * side) / 0.34) ** 2 + ((v + 0.05) / 0.7) ** 2;
        if (lung < 1) value = 70 + 25 * Math.cos(18 * v - 3 * u * u) + (sick ? 40 : 0);
      }
      data[y * size + x] = Math.max(0, Math.min(255, value + 6 * rng.normal()));
    }
  }
  return image(data, size, size, 1);
}

export interface PhantomsOptions extends PhantomOptions {
  count: number;
}

/** `count` phantoms, each with an anatomy of its own, keyed by (seed, index). */
export function* phantoms({
  count,
  seed,
  size,
  sick = false,
}: PhantomsOptions): Generator<NamedImage, void, void> {
  for (let i = 0; i < count; i++) {
    yield { name: `phantom-${seed}-${i}`, image: phantom({ seed: createRng(seed, i).uint32(), size, sick }) };
  }
}
