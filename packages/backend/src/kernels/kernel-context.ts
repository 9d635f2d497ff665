import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer, Simd } from '../simd/module.js';

/** The part of TensorFlow.js's wasm backend that the kernels use. */
export interface WasmBackend {
  readonly wasm: {
    HEAPU8: Uint8Array;
    asm: { memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(pointer: number): void;
  };
  readonly dataIdMap: { get(id: DataId): { memoryOffset: number }; has(id: DataId): boolean };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(id: DataId): void;
  disposeData(id: DataId): boolean;
  /** Frees all memory. */
  dispose(): void;
}

/**
 * Matrix products over the tensors' memory, row-major: c[m][n] = op(a)[m][k] · op(b)[k][n], where op may transpose. Of several,
 * the matrices of each kind lie one after the other.
 */
export interface Product {
  transposeA: boolean;
  transposeB: boolean;
  m: number;
  n: number;
  k: number;
  a: Pointer;
  b: Pointer;
  c: Pointer;
  /** Adds to c. @default false */
  accumulate?: boolean | undefined;
  /** How many products. @default 1 */
  count?: number | undefined;
}

/** A library of matrix products: the only difference between `onnxruntime` and `wasm`. */
export interface Gemm {
  /** What `kernels()` of a backend lists as the source of its products. */
  readonly source: string;
  run(product: Product): void;
}

/** What the part of a kernel's work that one thread does computes with. */
export interface ThreadContext {
  readonly simd: Simd;
  readonly gemm: Gemm;
  readonly scratch: Scratch;
}

/** The threads that a kernel can share its work between. */
export interface Threads {
  /** How many there are; 1 where no other thread can use the tensors' memory. */
  readonly count: number;
  /**
   * Calls `work` for parts 0 … `parts` − 1, each with what its thread computes with, and waits until all is done. What other
   * threads compute with only writes down what they will do: `work` gets no results to look at, and may only call functions.
   *
   * @param parts at most `count`.
   * @throws Error when a thread failed.
   */
  run(parts: number, work: (thread: ThreadContext, part: number) => void): void;
}

/** What a kernel computes with: `gemm` uses all threads, and so may only be called outside `threads.run`. */
export interface KernelContext extends ThreadContext {
  readonly backend: WasmBackend;
  readonly threads: Threads;
}

/** Where a tensor's values lie in memory. */
export function pointer(backend: WasmBackend, tensor: TensorInfo): Pointer {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Working memory that is kept between calls: one block for each name, which grows when a call needs more. */
export class Scratch {
  readonly #wasm: WasmBackend['wasm'];
  readonly #blocks = new Map<string, { at: Pointer; bytes: number }>();
  readonly #kept: Pointer[] | undefined;

  /** @param keep true for work that is only written down: blocks that grew are freed when `settle` is called. @default false */
  constructor(backend: WasmBackend, keep = false) {
    this.#wasm = backend.wasm;
    this.#kept = keep ? [] : undefined;
  }

  /**
   * Room for `floats` floats or more, 16-byte aligned, with undefined values.
   *
   * @throws RangeError when there is no memory left.
   */
  floats(name: string, floats: number): Pointer {
    const bytes = floats * 4;
    const block = this.#blocks.get(name);
    if (block && block.bytes >= bytes) return block.at;
    if (block && this.#kept) this.#kept.push(block.at);
    else if (block) this.#wasm._free(block.at);
    this.#blocks.delete(name);
    // An address above 2 GiB is returned as a negative number.
    const at = this.#wasm._malloc(bytes) >>> 0;
    if (at === 0) throw new RangeError(`out of WebAssembly memory: ${bytes} bytes for ${name}`);
    this.#blocks.set(name, { at, bytes });
    return at;
  }

  /** Frees the blocks that have grown since the last call: what was written down is done. */
  settle(): void {
    for (const at of this.#kept?.splice(0) ?? []) this.#wasm._free(at);
  }
}
