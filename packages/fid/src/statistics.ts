import { checkOptions, describeValue, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { type ActivationRows, activationRows } from './activation-rows.js';
import { addGram } from './linalg/add-gram.js';
import { assertCovariance } from './linalg/assert-covariance.js';

/**
 * Mean and covariance of activations in float64, collected batch by batch and mergeable. Memory does not grow with
 * the number of images.
 *
 * Blocks are joined by the update of Chan, Golub and LeVeque ("Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979), which, unlike sums of squares, loses no digits. While there are no more images than dims,
 * the activations themselves are kept: they take less room than the covariance, and a distance from them is faster
 * and more exact (see `frechetDistance`).
 */
export class Statistics {
  /** Values of an activation: 64, 192, 768 or 2048 of the Inception. */
  readonly dims: number;
  #count: number | undefined = 0;
  readonly #mean: Float64Array;
  /** Sum of squares about the mean, `[dims, dims]`, upper triangle; absent while all images are in `#rows`. */
  #scatter: Float64Array | undefined;
  /** Activations that are not in mean and scatter yet, `#waiting` of them; room for up to `dims`. */
  #rows = new Float32Array(0);
  #waiting = 0;
  /** The mean, after its first use. */
  #mu: Float64Array | undefined;
  /** The covariance, after its first use; statistics without a count have only this. */
  #sigma: Float64Array | undefined;

  private constructor(dims: number) {
    if (!(Number.isSafeInteger(dims) && dims > 0)) throw new RangeError(`invalid dims: ${dims}`);
    this.dims = dims;
    this.#mean = new Float64Array(dims);
  }

  /** Statistics of no images yet. @throws RangeError unless `dims` is a whole number above 0. */
  static empty(dims: number): Statistics {
    return new Statistics(dims);
  }

  /** Statistics of activations `[n, dims]`. @throws as `add`. */
  static of(activations: NdArray<Float32Array> | ActivationRows): Statistics {
    const rows = activationRows(activations);
    return new Statistics(rows.dims).add(rows);
  }

  /**
   * Statistics from a mean `[dims]` and a covariance `[dims, dims]`, such as those of a file; both are copied. Without `count`
   * they can be compared, but not added to or merged.
   *
   * @throws TypeError unless both are a Float64Array (`Float64Array.from(numbers)` makes one); RangeError when the sizes do not fit, a value is not finite, or the covariance is not symmetric or not positive
   * semidefinite: no eigenvalue may lie further below 0 than rounding to float32 can bring it, dims × 2^-24 of the largest
   * variance.
   */
  static fromMoments(moments: {
    mu: Float64Array;
    sigma: Float64Array;
    count?: number | undefined;
  }): Statistics {
    checkOptions('Statistics.fromMoments', moments, { mu: true, sigma: true, count: true });
    const { mu, sigma, count } = moments;
    for (const [name, value] of Object.entries({ mu, sigma })) {
      if (!(value instanceof Float64Array))
        throw new TypeError(`${name} must be a Float64Array, not ${describeValue(value)}`);
    }
    const dims = mu.length;
    const statistics = new Statistics(dims);
    if (sigma.length !== dims * dims) {
      throw new RangeError(`covariance of ${dims} dims has ${sigma.length} values, not ${dims * dims}`);
    }
    const bad = mu.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`the mean is not finite: ${mu[bad]} at [${bad}]`);
    assertCovariance(sigma, dims);
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 2)) {
      throw new RangeError(`invalid count: ${count}`);
    }
    statistics.#mean.set(mu);
    statistics.#count = count;
    statistics.#sigma = sigma.slice();
    if (count !== undefined) statistics.#scatter = sigma.map((value) => value * (count - 1));
    return statistics;
  }

  /** Images seen; undefined for statistics from a file that does not say (pytorch-fid's own do not). */
  get count(): number | undefined {
    return this.#count;
  }

  /** Mean, `[dims]`: a new copy at each use. */
  get mu(): Float64Array {
    return this.#currentMean().slice();
  }

  /**
   * Covariance `[dims, dims]`, row-major, divided by count − 1 as `np.cov` does: a new copy at each use, so keep
   * it in a variable where you read many values.
   * @throws RangeError when there are fewer than two images.
   */
  get sigma(): Float64Array {
    this.#sigma ??= this.#covariance();
    return this.#sigma.slice();
  }

  /**
   * The activations minus their mean, `[count, dims]`, while there are no more images than dims; their Gram matrix
   * over count − 1 is the covariance. Undefined if there are more images, or the statistics are from a file.
   */
  centred(): Float64Array | undefined {
    if (this.#scatter || this.#count === undefined) return undefined;
    return centre(this.#waitingRows(), this.#currentMean());
  }

  /**
   * Adds activations `[n, dims]`.
   * @throws RangeError for another shape or a value that is not finite; TypeError if the count is unknown.
   */
  add(activations: NdArray<Float32Array> | ActivationRows): this {
    const { dims } = this;
    const { data: rows, n, dims: width } = activationRows(activations);
    if (width !== dims) throw new RangeError(`activations must be [n, ${dims}]: [${n},${width}]`);
    this.#known();
    for (let start = 0; start < n; ) {
      // In blocks of `dims` images: the largest matrix products that the memory of one covariance allows.
      if (this.#waiting === dims) this.#flush();
      const end = Math.min(n, start + dims - this.#waiting);
      this.#reserve(this.#waiting + end - start);
      this.#rows.set(rows.subarray(start * dims, end * dims), this.#waiting * dims);
      this.#waiting += end - start;
      this.#count! += end - start;
      start = end;
    }
    this.#forget();
    return this;
  }

  /**
   * Adds the images of `other`, which is not changed.
   * @throws RangeError if the dims differ; TypeError if either count is unknown, or `other` is not Statistics.
   */
  merge(other: Statistics): this {
    assertStatistics(other);
    if (other.dims !== this.dims) throw new RangeError(`dims differ: ${this.dims} and ${other.dims}`);
    const total = this.#known() + other.#known();
    if (other.#scatter) {
      other.#flush();
      this.#flush();
      for (let i = 0; i < other.#scatter.length; i++) this.#scatter![i]! += other.#scatter[i]!;
      this.#join(other.#mean, other.#count!);
      this.#count = total;
      this.#forget();
      return this;
    }
    return this.add(ndarray(other.#waitingRows(), [other.#waiting, this.dims]));
  }

  #currentMean(): Float64Array {
    if (this.#count === undefined) return this.#mean;
    if (this.#scatter) this.#flush();
    this.#mu ??= this.#scatter ? this.#mean.slice() : meanOf(this.#waitingRows(), this.dims);
    return this.#mu;
  }

  #known(min = 0): number {
    if (this.#count === undefined) {
      throw new TypeError('these statistics do not say how many images they are of: they cannot be added to');
    }
    if (this.#count < min) throw new RangeError(`a covariance needs at least ${min} images: ${this.#count}`);
    return this.#count;
  }

  #forget(): void {
    this.#mu = undefined;
    this.#sigma = undefined;
  }

  #waitingRows(): Float32Array {
    return this.#rows.subarray(0, this.#waiting * this.dims);
  }

  /** Makes room for `rows` waiting activations, doubling as needed. */
  #reserve(rows: number): void {
    const { dims } = this;
    if (rows * dims <= this.#rows.length) return;
    const larger = new Float32Array(Math.min(dims, Math.max(rows, 2 * this.#waiting)) * dims);
    larger.set(this.#waitingRows());
    this.#rows = larger;
  }

  /** Brings the waiting activations into mean and scatter. */
  #flush(): void {
    const { dims } = this;
    this.#scatter ??= new Float64Array(dims * dims);
    if (this.#waiting === 0) return;
    const rows = this.#waitingRows();
    const mean = meanOf(rows, dims);
    addGram(this.#scatter, centre(rows, mean), this.#waiting, dims);
    this.#join(mean, this.#waiting, this.#count! - this.#waiting);
    this.#waiting = 0;
  }

  /** Joins the mean of `n` images to the mean of the `before` earlier ones, and adds their difference to the scatter. */
  #join(mean: Float64Array, n: number, before = this.#count!): void {
    const { dims } = this;
    const difference = mean.map((value, i) => value - this.#mean[i]!);
    const total = before + n;
    for (let i = 0; i < dims; i++) this.#mean[i]! += (difference[i]! * n) / total;
    if (before === 0) return;
    const weight = Math.sqrt((before * n) / total);
    addGram(
      this.#scatter!,
      difference.map((value) => weight * value),
      1,
      dims,
    );
  }

  #covariance(): Float64Array {
    const { dims } = this;
    const count = this.#known(2);
    let scatter = this.#scatter;
    if (scatter) {
      this.#flush();
    } else {
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

/** @throws TypeError for another value, saying how to make statistics. */
export function assertStatistics(value: unknown): asserts value is Statistics {
  if (value instanceof Statistics) return;
  throw new TypeError(
    `expected Statistics, not ${describeValue(value)}; Statistics.of(activations) makes them of activations [n, dims]`,
  );
}

function meanOf(rows: Float32Array, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  const n = rows.length / dims;
  for (let row = 0; row < rows.length; row += dims) {
    for (let i = 0; i < dims; i++) mean[i]! += rows[row + i]!;
  }
  return mean.map((sum) => sum / n);
}

function centre(rows: Float32Array, mean: Float64Array): Float64Array {
  const dims = mean.length;
  const out = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row += dims) {
    for (let i = 0; i < dims; i++) out[row + i] = rows[row + i]! - mean[i]!;
  }
  return out;
}
