import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel } from './kernel.js';
import { places } from './mat-mul.js';
import type { CpuBackend } from './plain.js';

/** The batch axes of a factor. */
const batchOf = (factor: TensorInfo) => factor.shape.slice(0, -2);

/** True where the stock kernel is right: it repeats the products of the shorter batch one after another. */
function repeats(batch: number[], outer: number[]): boolean {
  const first = batch.findIndex((size) => size !== 1);
  const rest = first < 0 ? [] : batch.slice(first);
  return util.arraysEqual(rest, outer.slice(outer.length - rest.length));
}

/** A copy of `factor` in which each batch axis has its size in `outer`. */
function expand(backend: CpuBackend, factor: TensorInfo, outer: number[]): TensorInfo {
  const matrix = factor.shape.slice(-2);
  const size = util.sizeFromShape(matrix);
  const count = util.sizeFromShape(outer);
  const from = backend.data.get(factor.dataId).values;
  const values = util.makeZerosTypedArray(count * size, factor.dtype as 'float32');
  const place = places(batchOf(factor), outer);
  for (let i = 0; i < count; i++) {
    values.set(from.subarray(place(i) * size, (place(i) + 1) * size), i * size);
  }
  return backend.makeTensorInfo([...outer, ...matrix], factor.dtype, values);
}

/** The cpu backend's product, which gives too few values, or wrong ones, where a batch broadcasts other than on its first axes. */
export const cpuMatMul: Kernel = {
  name: 'BatchMatMul',
  run: (args, stock) => {
    const { a, b } = args.inputs as Given<{ a: TensorInfo; b: TensorInfo }>;
    const outer = broadcast_util.assertAndGetBroadcastShape(batchOf(a), batchOf(b));
    if (!stock || [a, b].every((factor) => repeats(batchOf(factor), outer))) return undefined;
    const backend = args.backend as CpuBackend;
    const [wholeA, wholeB] = [expand(backend, a, outer), expand(backend, b, outer)];
    const y = stock({ ...args, inputs: { ...args.inputs, a: wholeA, b: wholeB } });
    for (const whole of [wholeA, wholeB]) backend.disposeIntermediateTensorInfo(whole);
    return y;
  },
};
