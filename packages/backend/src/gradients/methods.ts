import {
  abs,
  add,
  concat,
  div,
  expandDims,
  matMul,
  mean,
  mul,
  neg,
  reshape,
  sign,
  slice,
  split,
  sqrt,
  square,
  squeeze,
  stridedSlice,
  sub,
  sum,
  Tensor,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';

/** A function of tensors, as a method of its first argument. */
function method<Rest extends unknown[]>(run: (x: never, ...rest: Rest) => unknown) {
  return function (this: Tensor, ...rest: Rest): unknown {
    return run(this as never, ...rest);
  };
}

/**
 * Methods of tensors that tfjs-layers and some gradients call, such as the orthogonal initialiser of recurrent layers. Only the
 * package `@tensorflow/tfjs` adds them; with tfjs-core and tfjs-layers alone they are missing.
 */
const METHODS: Record<string, (this: Tensor, ...args: never[]) => unknown> = {
  abs: method(abs),
  add: method(add),
  concat: method((x: Tensor, others: Tensor | Tensor[], axis?: number) => concat([x, others].flat(), axis)),
  div: method(div),
  expandDims: method(expandDims),
  flatten: method((x: Tensor) => reshape(x, [x.size])),
  matMul: method(matMul),
  mean: method(mean),
  mul: method(mul),
  neg: method(neg),
  reshape: method(reshape),
  sign: method(sign),
  slice: method(slice),
  split: method(split),
  sqrt: method(sqrt),
  square: method(square),
  squeeze: method(squeeze),
  stridedSlice: method(stridedSlice),
  sub: method(sub),
  sum: method(sum),
  tile: method(tile),
  transpose: method(transpose),
};

/** Adds the methods that are missing. */
export function addTensorMethods(): void {
  for (const [name, value] of Object.entries(METHODS)) {
    if (name in Tensor.prototype) continue;
    Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
  }
}
