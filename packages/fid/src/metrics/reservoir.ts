import { createRng, ndarray, type Rng } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { ActivationRows } from '../activation-rows.js';

/** A seeded random sample of at most `capacity` activations of a stream of any length (Vitter's algorithm R, 1985). */
export class Reservoir {
  readonly #dims: number;
  readonly #capacity: number;
  readonly #rng: Rng;
  #rows: Float32Array[] = [];
  #seen = 0;

  constructor(dims: number, options: { capacity: number; seed?: number }) {
    this.#dims = dims;
    this.#capacity = options.capacity;
    this.#rng = createRng(options.seed ?? 0);
  }

  add({ data, n }: ActivationRows): void {
    for (let i = 0; i < n; i++) {
      const slot = this.#seen < this.#capacity ? this.#seen : this.#rng.integer(this.#seen + 1);
      this.#seen++;
      if (slot >= this.#capacity) continue;
      this.#rows[slot] = data.slice(i * this.#dims, (i + 1) * this.#dims);
    }
  }

  /** The sample, `[n, dims]`. */
  activations(): NdArray<Float32Array> {
    const data = new Float32Array(this.#rows.length * this.#dims);
    this.#rows.forEach((row, i) => {
      data.set(row, i * this.#dims);
    });
    return ndarray(data, [this.#rows.length, this.#dims]);
  }
}
