import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel } from './kernel.js';
import { pointer, type WasmBackend } from './kernel-context.js';

/** The values of a tensor, in its own type. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** What a kernel in plain JavaScript computes for given shapes. */
export interface Plan {
  /** The shape of the output, which is float32. */
  shape: number[];
  /** Fills the output, which is all zeros before. */
  fill(out: Float32Array, ...inputs: Float32Array[]): void;
}

/**
 * A kernel in plain JavaScript, for backends whose own one is wrong or missing. `plan` returns undefined for arguments that the
 * backend's own kernel computes right.
 */
export interface PlainKernel {
  name: string;
  /** The names of the inputs, in the order of `fill`, which gets undefined for a missing one. */
  inputs: readonly string[];
  plan(
    inputs: Given<Record<string, TensorInfo>>,
    attrs: never,
    /** Reads a tensor's values; only until the next tensor is made. */
    valuesOf: (tensor: TensorInfo) => Values,
  ): Plan | undefined;
}

/** Access to the values of tensors on one kind of backend. */
export interface Memory<Backend> {
  make(backend: Backend, shape: number[], dtype: 'float32' | 'int32'): TensorInfo;
  values(backend: Backend, tensor: TensorInfo): Values;
}

/** Tensors in WebAssembly memory: a view is valid until the next tensor is made, which may move the memory. */
export const wasmMemory: Memory<WasmBackend> = {
  make: (backend, shape, dtype) => backend.makeOutput(shape, dtype),
  values: (backend, tensor) => {
    const Type = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[tensor.dtype as 'float32'];
    const at = pointer(backend, tensor);
    return new Type(backend.wasm.HEAPU8.buffer, at, util.sizeFromShape(tensor.shape));
  },
};

/** The part of TensorFlow.js's cpu backend that is used here. */
export interface CpuBackend {
  readonly data: { get(id: object): { values: Values } };
  makeTensorInfo(shape: number[], dtype: DataType, values: Values): TensorInfo;
  disposeIntermediateTensorInfo(tensor: TensorInfo): void;
}

/** Tensors of the cpu backend. */
export const cpuMemory: Memory<CpuBackend> = {
  make: (backend, shape, dtype) => {
    const values = util.makeZerosTypedArray(util.sizeFromShape(shape), dtype);
    return backend.makeTensorInfo(shape, dtype, values);
  },
  values: (backend, tensor) => backend.data.get(tensor.dataId).values,
};

/** `plain` as a kernel of the wasm backend, and of others that share its memory. */
export function onWasm(plain: PlainKernel): Kernel {
  return over(plain, wasmMemory);
}

/** `plain` as a kernel of the cpu backend. */
export function onCpu(plain: PlainKernel): Kernel {
  return over(plain, cpuMemory);
}

function over<Backend>(plain: PlainKernel, memory: Memory<Backend>): Kernel {
  return {
    name: plain.name,
    run: ({ inputs, backend, attrs }) => {
      const given = inputs as Given<Record<string, TensorInfo>>;
      const valuesOf = (tensor: TensorInfo) => memory.values(backend as Backend, tensor);
      const plan = plain.plan(given, attrs as never, valuesOf);
      if (!plan) return undefined;
      const out = memory.make(backend as Backend, plan.shape, 'float32');
      // Views must come after the output is made, which may move the memory.
      const to = valuesOf(out) as Float32Array;
      const from = plain.inputs.map((name) => {
        const tensor = given[name] as TensorInfo | undefined;
        return tensor && valuesOf(tensor);
      });
      to.fill(0);
      plan.fill(to, ...(from as Float32Array[]));
      return out;
    },
  };
}

/** @throws RangeError when dy does not have the shape of the forward operation's output. */
export function assertGradientShape(kernel: string, dy: TensorInfo, shape: number[]): void {
  if (!util.arraysEqual(dy.shape, shape)) {
    throw new RangeError(`${kernel}: these sizes belong to an output of [${shape}], not [${dy.shape}]`);
  }
}
