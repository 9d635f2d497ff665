import ndarray, { type NdArray } from 'ndarray';
import { addGram } from './linalg/add-gram.js';

/**
 * Mean and covariance of activations, in float64, gathered batch by batch and mergeable, in memory that does not grow
 * with the number of images.
 *
 * Batches are joined by Chan, Golub and LeVeque's update ("Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979), which, unlike sums of squares, loses no digits. While there are no more images than dims,
 * the activations themselves are kept: they take less room than the covariance, and a distance from them is faster
 * and more exact (see `frechetDistance`).
 */
export class Statistics {
  readonly dims: number;
  /** Images seen; undefined for statistics from a file that does not say (pytorch-fid's own do not). */
  get count(): number | undefined {
    return this.#count;
  }

  #count: number | undefined = 0;
  #mean: Float64Array<ArrayBuffer>;
  /** Sum of squares about the mean, `[dims, dims]`, upper triangle; absent while `#rows` has everything. */
  #scatter: Float64Array<ArrayBuffer> | undefined;
  /** Covariance of a file without a count, which cannot be added to. */
  #fixed: Float64Array | undefined;
  /** All activations so far, `[count, dims]`, while that is no more than `dims` of them. */
  #rows: Float32Array | undefined;
  #sigma: Float64Array | undefined;

  private constructor(dims: number) {
    if (!(Number.isSafeInteger(dims) && dims > 0)) throw new RangeError(`invalid dims: ${dims}`);
    this.dims = dims;
    this.#mean = new Float64Array(dims);
  }

  /** Statistics of no images yet. */
  static empty(dims: number): Statistics {
    const statistics = new Statistics(dims);
    statistics.#rows = new Float32Array(0);
    return statistics;
  }

  /** Statistics of activations `[n, dims]`. */
  static of(activations: NdArray<Float32Array>): Statistics {
    return Statistics.empty(activations.shape[1] ?? 0).add(activations);
  }

  /**
   * Statistics from a mean `[dims]` and a covariance `[dims, dims]`, as a file has them; without `count` they can be
   * compared but not added to or merged.
   *
   * @throws RangeError when the sizes do not fit, a value is not finite, or the covariance is not symmetric.
   */
  static fromMoments(moments: { mu: Float64Array; sigma: Float64Array; count?: number }): Statistics {
    const { mu, sigma, count } = moments;
    const dims = mu.length;
    const statistics = new Statistics(dims);
    if (sigma.length !== dims * dims) {
      throw new RangeError(`covariance of ${dims} dims has ${sigma.length} values, not ${dims * dims}`);
    }
    if (!mu.every(Number.isFinite) || !sigma.every(Number.isFinite)) {
      throw new RangeError('statistics hold a value that is not finite');
    }
    assertSymmetric(sigma, dims);
    statistics.#mean = Float64Array.from(mu);
    statistics.#count = count;
    if (count === undefined) {
      statistics.#fixed = sigma;
    } else {
      if (!(Number.isSafeInteger(count) && count >= 2)) throw new RangeError(`invalid count: ${count}`);
      statistics.#scatter = sigma.map((value) => value * (count - 1)) as Float64Array<ArrayBuffer>;
    }
    return statistics;
  }

  /** Mean, `[dims]`. */
  get mu(): Float64Array {
    return this.#mean;
  }

  /**
   * Covariance `[dims, dims]`, row-major, divided by count − 1 as `np.cov` does.
   * @throws RangeError when there are fewer than two images.
   */
  get sigma(): Float64Array {
    if (this.#fixed) return this.#fixed;
    this.#sigma ??= this.#covariance();
    return this.#sigma;
  }

  /**
   * The activations less their mean, `[count, dims]`, while there are no more images than dims; their product with
   * themselves over count − 1 is the covariance.
   */
  centred(): Float64Array | undefined {
    if (!this.#rows) return undefined;
    const { dims } = this;
    const out = Float64Array.from(this.#rows);
    for (let i = 0; i < out.length; i++) out[i]! -= this.#mean[i % dims]!;
    return out;
  }

  /**
   * Adds activations `[n, dims]`.
   * @throws RangeError when they have another shape or a value that is not finite; TypeError when the count is unknown.
   */
  add(activations: NdArray<Float32Array>): this {
    const [n = 0, width] = activations.shape;
    if (activations.shape.length !== 2 || width !== this.dims) {
      throw new RangeError(`activations must be [n, ${this.dims}]: [${activations.shape}]`);
    }
    const rows = rowMajor(activations);
    const bad = rows.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`activations of image ${Math.floor(bad / this.dims)} are not finite`);
    const total = this.#known() + n;
    if (this.#rows && total <= this.dims) {
      const joined = new Float32Array(total * this.dims);
      joined.set(this.#rows);
      joined.set(rows, this.#rows.length);
      this.#rows = joined;
      this.#join(meanOf(rows, this.dims), n);
      return this;
    }
    this.#flush();
    this.#addRows(rows);
    return this;
  }

  /**
   * Adds what `other` has seen. `other` stays as it is.
   * @throws RangeError when the dims differ; TypeError when either count is unknown.
   */
  merge(other: Statistics): this {
    if (other.dims !== this.dims) throw new RangeError(`dims differ: ${this.dims} and ${other.dims}`);
    const n = other.#known();
    const total = this.#known() + n;
    if (n === 0) return this;
    if (other.#rows) return this.add(ndarray(other.#rows, [n, this.dims]));
    if (total === n) {
      this.#rows = undefined;
      this.#scatter = new Float64Array(this.dims * this.dims);
    }
    this.#flush();
    this.#sigma = undefined;
    const scatter = this.#scatter!;
    const added = other.#scatter!;
    for (let i = 0; i < scatter.length; i++) scatter[i]! += added[i]!;
    this.#shift(other.#mean, n);
    return this;
  }

  #known(): number {
    if (this.#count === undefined) {
      throw new TypeError('these statistics do not say how many images they are of: they cannot be added to');
    }
    return this.#count;
  }

  /** From activations to their scatter. */
  #flush(): void {
    const rows = this.#rows;
    if (!rows) return;
    this.#rows = undefined;
    this.#scatter = new Float64Array(this.dims * this.dims);
    this.#mean = new Float64Array(this.dims);
    this.#count = 0;
    if (rows.length > 0) this.#addRows(rows);
  }

  #addRows(rows: Float32Array): void {
    const { dims } = this;
    const n = rows.length / dims;
    const mean = meanOf(rows, dims);
    const centred = Float64Array.from(rows);
    for (let i = 0; i < centred.length; i++) centred[i]! -= mean[i % dims]!;
    addGram(this.#scatter!, centred, n, dims);
    this.#shift(mean, n);
  }

  /** Adds to the scatter what the distance between the two means adds, then joins the means. */
  #shift(mean: Float64Array, n: number): void {
    const { dims } = this;
    const before = this.#count!;
    const weight = (before * n) / (before + n);
    if (before > 0) {
      const root = Math.sqrt(weight);
      addGram(
        this.#scatter!,
        mean.map((value, i) => root * (value - this.#mean[i]!)),
        1,
        dims,
      );
    }
    this.#join(mean, n);
  }

  #join(mean: Float64Array, n: number): void {
    const total = this.#count! + n;
    if (n > 0) {
      for (let i = 0; i < this.dims; i++) this.#mean[i]! += ((mean[i]! - this.#mean[i]!) * n) / total;
    }
    this.#count = total;
    this.#sigma = undefined;
  }

  #covariance(): Float64Array {
    const { dims } = this;
    const count = this.#known();
    if (count < 2) throw new RangeError(`a covariance needs at least two images: ${count}`);
    let scatter = this.#scatter;
    if (!scatter) {
      scatter = new Float64Array(dims * dims);
      addGram(scatter, this.centred()!, count, dims);
    }
    const sigma = new Float64Array(dims * dims);
    for (let i = 0; i < dims; i++) {
      for (let j = i; j < dims; j++) {
        const value = scatter[i * dims + j]! / (count - 1);
        sigma[i * dims + j] = value;
        sigma[j * dims + i] = value;
      }
    }
    return sigma;
  }
}

function meanOf(rows: Float32Array, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  const n = rows.length / dims;
  for (let i = 0; i < rows.length; i++) mean[i % dims]! += rows[i]!;
  return n === 0 ? mean : mean.map((sum) => sum / n);
}

function rowMajor(activations: NdArray<Float32Array>): Float32Array {
  const [n = 0, dims = 0] = activations.shape;
  const [down, across] = activations.stride as [number, number];
  const { data, offset } = activations;
  if (across === 1 && (down === dims || n <= 1)) return data.subarray(offset, offset + n * dims);
  const out = new Float32Array(n * dims);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dims; i++) out[row * dims + i] = data[offset + row * down + i * across]!;
  }
  return out;
}

function assertSymmetric(sigma: Float64Array, dims: number): void {
  let largest = 0;
  for (let i = 0; i < dims; i++) largest = Math.max(largest, Math.abs(sigma[i * dims + i]!));
  for (let i = 0; i < dims; i++) {
    for (let j = 0; j < i; j++) {
      // NumPy's own covariance is symmetric to the last bit or two; anything beyond is another kind of matrix.
      if (Math.abs(sigma[i * dims + j]! - sigma[j * dims + i]!) > 1e-6 * largest) {
        throw new RangeError('the covariance is not symmetric');
      }
    }
  }
}
