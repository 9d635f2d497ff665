import { ndarray } from '@cxr/image';
import reference, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';

type Array3 = NdArray<Uint8Array>;

const data = Uint8Array.from({ length: 60 }, (_, i) => i);

/** What tells a view: all that the package's own views have, and each element. */
function traits(view: Array3): object {
  const { dtype, dimension, size, order, shape, stride, offset } = view;
  const elements: unknown[] = [];
  const visit = (indices: number[]): void => {
    if (indices.length === dimension) elements.push(view.get(...indices), view.index(...indices));
    else for (let i = 0; i < shape[indices.length]!; i++) visit([...indices, i]);
  };
  visit([]);
  return {
    dtype,
    dimension,
    size,
    order: [...order],
    shape: [...shape],
    stride: [...stride],
    offset,
    elements,
  };
}

const VIEWS: [string, (array: Array3) => Array3][] = [
  ['itself', (a) => a],
  ['lo', (a) => a.lo(1, 2)],
  ['hi', (a) => a.hi(2, 3, 1)],
  ['hi of lo', (a) => a.lo(1, 1, 1).hi(2, 2, 2)],
  ['step', (a) => a.step(2, 1, 3)],
  ['step backwards', (a) => a.step(-1, -2, 1)],
  ['transpose', (a) => a.transpose(2, 0, 1)],
  ['T', (a) => a.transpose(2, 1, 0)],
  ['pick one', (a) => a.pick(1, null, null)],
  ['pick the last', (a) => a.pick(null, null, 2)],
  ['pick two', (a) => a.pick(null, 3, 1)],
  ['pick of step', (a) => a.step(-1, 2, -1).pick(null, 1, null)],
];

describe('ndarray', () => {
  it.each(VIEWS)('is as the package has it: %s', (_, view) => {
    const make = { ours: ndarray(data, [4, 5, 3]), theirs: reference(data, [4, 5, 3]) };
    expect(traits(view(make.ours))).toEqual(traits(view(make.theirs)));
  });

  it('takes strides and an offset', () => {
    const shape = [3, 2, 2];
    for (const stride of [
      [8, 2, 1],
      [1, 3, 6],
      [-4, 2, -1],
    ]) {
      expect(traits(ndarray(data, shape, stride))).toEqual(traits(reference(data, shape, stride)));
      expect(traits(ndarray(data, shape, stride, 20))).toEqual(traits(reference(data, shape, stride, 20)));
    }
  });

  it('has any number of axes', () => {
    for (const shape of [undefined, [60], [6, 10], [2, 3, 2, 5], [2, 3, 1, 2, 5], [1, 2, 3, 1, 2, 5]]) {
      expect(traits(ndarray(data, shape))).toEqual(traits(reference(data, shape)));
    }
  });

  it('sets an element and returns it', () => {
    const ours = ndarray(new Float32Array(24), [2, 3, 4]);
    const theirs = reference(new Float32Array(24), [2, 3, 4]);
    expect(ours.set(1, 2, 3, 7.5)).toBe(theirs.set(1, 2, 3, 7.5));
    ours.T.set(0, 1, 1, 2);
    theirs.transpose(2, 1, 0).set(0, 1, 1, 2);
    expect(ours.data).toEqual(theirs.data);
    const five = ndarray(new Int16Array(32), [2, 2, 2, 2, 2]);
    five.set(1, 0, 1, 0, 1, 9);
    expect([five.get(1, 0, 1, 0, 1), five.data[21], five.dtype]).toEqual([9, 9, 'int16']);
  });

  it.each([
    Int8Array,
    Int16Array,
    Int32Array,
    Uint8Array,
    Uint8ClampedArray,
    Uint16Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ])('names the type of %o', (Type) => {
    expect(ndarray(new Type(2)).dtype).toBe(reference(new Type(2)).dtype);
  });

  it('names lists and wide integers', () => {
    expect(ndarray([1, 2]).dtype).toBe('array');
    expect(ndarray(new BigInt64Array(1)).dtype).toBe('bigint64');
  });
});
