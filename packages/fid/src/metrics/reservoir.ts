import { createRng, ndarray, type Rng } from '@cxr/image';
import type { NdArray } from 'ndarray';

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

  add(activations: NdArray<Float32Array>): void {
    const [n = 0] = activations.shape;
    for (let i = 0; i < n; i++) {
      const slot = this.#seen < this.#capacity ? this.#seen : this.#rng.integer(this.#seen + 1);
      this.#seen++;
      if (slot >= this.#capacity) continue;
      this.#rows[slot] = Float32Array.from({ length: this.#dims }, (_, j) => activations.get(i, j));
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
