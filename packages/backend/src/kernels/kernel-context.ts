import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer, Simd } from '../simd/module.js';

/** What the kernels use of TensorFlow.js's wasm backend. */
export interface WasmBackend {
  readonly wasm: {
    HEAPU8: Uint8Array;
    asm: { memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  readonly dataIdMap: { get(id: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(id: DataId): void;
  disposeData(id: DataId): boolean;
  /** Frees all memory. */
  dispose(): void;
}

/** One matrix product over the tensors' memory: c[m][n] = op(a) op(b), or c += … when `accumulate`. */
export interface Product {
  transposeA: boolean;
  transposeB: boolean;
  m: number;
  n: number;
  k: number;
  a: Pointer;
  b: Pointer;
  c: Pointer;
  accumulate?: boolean;
}

/** A library of matrix products: the one thing that differs between `onnxruntime` and `wasm`. */
export interface Gemm {
  /** Where it comes from, as the kernel registry prints it. */
  readonly source: string;
  run(product: Product): void;
}

/** Everything a kernel works with. */
export interface KernelContext {
  readonly backend: WasmBackend;
  readonly simd: Simd;
  readonly gemm: Gemm;
  readonly scratch: Scratch;
}

/** Where a tensor's values lie. Ask at each call: it is a place in memory, not a view that growth would detach. */
export function pointer(backend: WasmBackend, tensor: TensorInfo): Pointer {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Working memory that is kept between calls, one block a name, grown when a call needs more. */
export class Scratch {
  readonly #wasm: WasmBackend['wasm'];
  readonly #blocks = new Map<string, { at: Pointer; bytes: number }>();

  constructor(backend: WasmBackend) {
    this.#wasm = backend.wasm;
  }

  /** At least `floats` floats, 16-byte aligned; their values are whatever the last call left. */
  floats(name: string, floats: number): Pointer {
    const bytes = floats * 4;
    const block = this.#blocks.get(name);
    if (block && block.bytes >= bytes) return block.at;
    if (block) this.#wasm._free(block.at);
    this.#blocks.delete(name);
    // An address above 2 GiB comes back as a negative number.
    const at = this.#wasm._malloc(bytes) >>> 0;
    if (at === 0) throw new RangeError(`out of WebAssembly memory: ${bytes} bytes for ${name}`);
    this.#blocks.set(name, { at, bytes });
    return at;
  }
}
