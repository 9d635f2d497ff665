import {
  type PadV2Attrs,
  type PadV2Inputs,
  type SliceAttrs,
  type SliceInputs,
  slice_util,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';
import { wasmMemory } from './plain.js';

/** Where a block lies in a tensor. */
interface Place {
  shape: readonly number[];
  /** Index of the block's first element. */
  begin: readonly number[];
  /** The tensor's first value in `values`. */
  at: number;
}

/** Runs shorter than this are copied value by value. */
const SHORT_RUN = 16;

/** Copies a block of `size` from one tensor to another; axes that are whole in both are copied in one run. */
function copyBlock(values: Uint32Array, size: readonly number[], from: Place, to: Place): void {
  let axis = size.length;
  let run = 1;
  let whole = true;
  while (axis > 0 && whole) {
    axis--;
    run *= size[axis]!;
    whole = size[axis] === from.shape[axis] && size[axis] === to.shape[axis];
  }
  // Row-major strides of the axes before the run, and where the block begins.
  const [a, b] = [from, to].map(({ shape, begin, at }) => {
    const strides = util.computeStrides([...shape, 1]);
    return { strides, start: begin.reduce((sum, index, i) => sum + index * strides[i]!, at) };
  }) as [{ strides: number[]; start: number }, { strides: number[]; start: number }];
  const copy = (depth: number, source: number, target: number): void => {
    if (depth < axis) {
      for (let i = 0; i < size[depth]!; i++)
        copy(depth + 1, source + i * a.strides[depth]!, target + i * b.strides[depth]!);
    } else if (run < SHORT_RUN) for (let i = 0; i < run; i++) values[target + i] = values[source + i]!;
    else values.copyWithin(target, source, source + run);
  };
  copy(0, a.start, b.start);
}

const FOUR_BYTES = ['float32', 'int32'];

/** Slice. The stock kernel copies images of one channel value by value. */
export const slice: KernelMaker = ({ backend }) => ({
  name: 'Slice',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x } = inputs as Given<SliceInputs>;
    if (!FOUR_BYTES.includes(x.dtype)) return undefined;
    const given = attrs as unknown as SliceAttrs;
    const [begin, size] = slice_util.parseSliceParams(x as never, given.begin, given.size);
    slice_util.assertParamsValid(x as never, begin!, size!);
    const y = backend.makeOutput(size!, x.dtype);
    if (util.sizeFromShape(size!) === 0) return y;
    const values = new Uint32Array(backend.wasm.HEAPU8.buffer);
    const to = { shape: size!, begin: size!.map(() => 0), at: pointer(backend, y) / 4 };
    copyBlock(values, size!, { shape: x.shape, begin: begin!, at: pointer(backend, x) / 4 }, to);
    return y;
  },
});

/** PadV2, the gradient of Slice. The stock kernel copies images of one channel value by value. */
export const pad: KernelMaker = ({ backend }) => ({
  name: 'PadV2',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x } = inputs as Given<PadV2Inputs>;
    if (!FOUR_BYTES.includes(x.dtype)) return undefined;
    const { paddings, constantValue } = attrs as unknown as PadV2Attrs;
    const shape = x.shape.map((length, i) => paddings[i]![0] + length + paddings[i]![1]);
    const y = backend.makeOutput(shape, x.dtype);
    wasmMemory.values(backend, y).fill(constantValue);
    if (util.sizeFromShape(x.shape) === 0) return y;
    const from = { shape: x.shape, begin: x.shape.map(() => 0), at: pointer(backend, x) / 4 };
    const begin = paddings.map(([before]) => before);
    const values = new Uint32Array(backend.wasm.HEAPU8.buffer);
    copyBlock(values, x.shape, from, { shape, begin, at: pointer(backend, y) / 4 });
    return y;
  },
});
