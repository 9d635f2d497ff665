import type { Data, DataType, NdArray, Value } from 'ndarray';
import { checkList } from './check-arguments.js';
import { describeValue } from './describe-value.js';

/**
 * A view of `data` with a shape, like the package ndarray's and with the same methods. That package compiles code at run time,
 * which a content security policy forbids.
 * @param shape @default `[data.length]`
 * @param stride elements from one to the next along each axis. @default row-major
 * @param offset of the first element. @default 0, or the end of each axis with a negative stride
 * @throws TypeError unless data is an array of any kind, and shape and stride are arrays.
 */
export function ndarray<D extends Data>(
  data: D,
  shape: number[] = [(data as ArrayLike<unknown> | undefined)?.length ?? 0],
  stride: number[] = rowMajor(shape),
  offset: number = firstOf(shape, stride),
): NdArray<D> {
  if (!(Array.isArray(data) || ArrayBuffer.isView(data))) {
    throw new TypeError(`data must be an array or a typed array, not ${describeValue(data)}`);
  }
  checkList('shape', shape);
  checkList('stride', stride);
  return new View(data, shape, stride, offset) as unknown as NdArray<D>;
}

class View<D extends Data> {
  readonly data: D;
  readonly shape: number[];
  readonly stride: number[];
  offset: number;

  constructor(data: D, shape: number[], stride: number[], offset: number) {
    this.data = data;
    this.shape = shape;
    this.stride = stride;
    this.offset = offset;
  }

  get dtype(): DataType<D> {
    return (DTYPES[Object.prototype.toString.call(this.data).slice(8, -1)] ?? 'array') as DataType<D>;
  }

  get dimension(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.shape.reduce((product, length) => product * length, 1);
  }

  /** The axes, ordered by stride, the smallest first. */
  get order(): number[] {
    const size = (axis: number): number => Math.abs(this.stride[axis]!);
    return this.shape.map((_, axis) => axis).sort((a, b) => size(a) - size(b));
  }

  get T(): View<D> {
    return this.transpose(...this.shape.map((_, axis) => axis).reverse());
  }

  /** Place of an element in `data`. The first four axes are named arguments, since a rest argument is slow. */
  index(i = 0, j = 0, k = 0, l = 0, ...others: number[]): number {
    const { stride } = this;
    const rank = stride.length;
    let place = this.offset;
    if (rank > 0) place += i * stride[0]!;
    if (rank > 1) place += j * stride[1]!;
    if (rank > 2) place += k * stride[2]!;
    if (rank > 3) place += l * stride[3]!;
    for (let axis = 4; axis < rank; axis++) place += (others[axis - 4] ?? 0) * stride[axis]!;
    return place;
  }

  get(i = 0, j = 0, k = 0, l = 0, ...others: number[]): Value<D> {
    return (this.data as Value<D>[])[this.index(i, j, k, l, ...others)]!;
  }

  /** The last argument is the value. */
  set(...args: number[]): Value<D> {
    const value = args[this.stride.length] as Value<D>;
    (this.data as Value<D>[])[this.index(...args)] = value;
    return value;
  }

  /** Without the elements before these, along each axis where one is given. */
  lo(...starts: (number | null)[]): View<D> {
    const place = this.stride.reduce((sum, step, axis) => sum + step * (starts[axis] ?? 0), this.offset);
    const shape = this.shape.map((length, axis) => length - (starts[axis] ?? 0));
    return new View(this.data, shape, [...this.stride], place);
  }

  /** Cut to these lengths, along each axis where one is given. */
  hi(...ends: (number | null)[]): View<D> {
    const shape = this.shape.map((length, axis) => ends[axis] ?? length);
    return new View(this.data, shape, [...this.stride], this.offset);
  }

  /** Takes every n-th element along an axis; a negative n starts at the end. */
  step(...steps: (number | null)[]): View<D> {
    const step = (axis: number): number => steps[axis] ?? 1;
    const shape = this.shape.map((length, axis) => Math.ceil(length / Math.abs(step(axis))));
    const stride = this.stride.map((old, axis) => old * step(axis));
    const ends = this.shape.map((length, axis) => (step(axis) < 0 ? (length - 1) * this.stride[axis]! : 0));
    return new View(
      this.data,
      shape,
      stride,
      ends.reduce((a, b) => a + b, this.offset),
    );
  }

  /** The axes in another order. */
  transpose(...axes: number[]): View<D> {
    const order = this.shape.map((_, axis) => axes[axis] ?? axis);
    const shape = order.map((axis) => this.shape[axis]!);
    const stride = order.map((axis) => this.stride[axis]!);
    return new View(this.data, shape, stride, this.offset);
  }

  /** Fixes the axes for which an index is given, and drops them. */
  pick(...indices: (number | null)[]): View<D> {
    const kept = (_: number, axis: number): boolean => !((indices[axis] ?? -1) >= 0);
    const starts = indices.map((index) => Math.max(0, index ?? 0));
    const { offset } = this.lo(...starts);
    return new View(this.data, this.shape.filter(kept), this.stride.filter(kept), offset);
  }
}

/** ndarray's name of each array type. */
const DTYPES: Readonly<Record<string, string>> = {
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8_clamped',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
  BigInt64Array: 'bigint64',
  BigUint64Array: 'biguint64',
};

function rowMajor(shape: readonly number[]): number[] {
  let size = 1;
  return shape
    .toReversed()
    .map((length) => {
      const step = size;
      size *= length;
      return step;
    })
    .reverse();
}

function firstOf(shape: readonly number[], stride: readonly number[]): number {
  return stride.reduce((sum, step, axis) => sum - Math.min(0, step) * (shape[axis]! - 1), 0);
}
