import { describeValue } from '@cxr/image';
import type { NdArray } from 'ndarray';

/** Checked activations: `n` rows of `dims` finite values, row-major. Made only by `activationRows`. */
export class ActivationRows {
  /** The values, `[n, dims]`, row-major. */
  readonly data: Float32Array;
  /** Number of rows. */
  readonly n: number;
  /** Values in a row. */
  readonly dims: number;
  /** Objects of the same form that were not checked do not have it. */
  readonly #checked = true;

  private constructor(data: Float32Array, n: number, dims: number) {
    this.data = data;
    this.n = n;
    this.dims = dims;
  }

  /** @throws as `activationRows`. */
  static of(activations: NdArray<Float32Array>, names?: readonly string[]): ActivationRows {
    const shape: unknown = (activations as NdArray | undefined)?.shape;
    if (!Array.isArray(shape) || activations.data === undefined) {
      throw new TypeError(`activations must be an ndarray [n, dims], not ${describeValue(activations)}`);
    }
    const [n = 0, dims = 0] = activations.shape;
    if (shape.length !== 2) throw new RangeError(`activations must be [n, dims]: [${shape}]`);
    const data = rowMajor(activations, n, dims);
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      const row = Math.floor(i / dims);
      throw new RangeError(`activations of ${names?.[row] ?? `image ${row}`} are not finite: ${data[i]}`);
    }
    return new ActivationRows(data, n, dims);
  }

  /** Whether `value` was made here. */
  static is(value: unknown): value is ActivationRows {
    return typeof value === 'object' && value !== null && #checked in value;
  }

  /** The rows at `indices`, in that order. */
  take(indices: readonly number[]): ActivationRows {
    const { dims } = this;
    const taken = new Float32Array(indices.length * dims);
    indices.forEach((index, i) => {
      taken.set(this.data.subarray(index * dims, (index + 1) * dims), i * dims);
    });
    return new ActivationRows(taken, indices.length, dims);
  }
}

/**
 * The rows of activations `[n, dims]`, row-major: their own array if it is row-major, else a copy. Checked rows are not
 * checked again.
 * @param names of the images, for messages. @default the row numbers
 * @throws TypeError for a value that is not an ndarray; RangeError for another shape, or a value that is not finite, naming its row.
 */
export function activationRows(
  activations: NdArray<Float32Array> | ActivationRows,
  names?: readonly string[],
): ActivationRows {
  return ActivationRows.is(activations) ? activations : ActivationRows.of(activations, names);
}

/** Without strides the values are row-major: `{ data, shape }`. */
function rowMajor(activations: NdArray<Float32Array>, n: number, dims: number): Float32Array {
  const {
    data,
    offset = 0,
    stride = [dims, 1],
  } = activations as Partial<NdArray<Float32Array>> & Pick<NdArray<Float32Array>, 'data'>;
  const [down, across] = stride as [number, number];
  if (data instanceof Float32Array && across === 1 && (down === dims || n <= 1)) {
    return data.subarray(offset, offset + n * dims);
  }
  const rows = new Float32Array(n * dims);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < dims; i++) rows[row * dims + i] = data[offset + row * down + i * across]!;
  }
  return rows;
}
