import { SIMD_MODULE } from './binary.js';

/** A byte offset into the workspace's memory. */
export type Pointer = number;

/** What assembly/ exports; its comments say what each does. Strides count elements. */
interface Linalg {
  gemmScratch(): number;
  gemm(
    ...args: [
      m: number,
      n: number,
      k: number,
      a: Pointer,
      aRow: number,
      aK: number,
      b: Pointer,
      bRow: number,
      bK: number,
      c: Pointer,
      ldc: number,
      alpha: number,
      upper: boolean,
      scratch: Pointer,
    ]
  ): void;
  tridiagonalScratch(n: number): number;
  tridiagonalize(n: number, a: Pointer, d: Pointer, e: Pointer, scratch: Pointer): void;
  pivotedCholesky(
    n: number,
    a: Pointer,
    pivots: Pointer,
    tolerance: number,
    sums: Pointer,
    scratch: Pointer,
  ): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * Once for all workspaces, so that what the engine has optimised stays so.
 * @throws Error where there is no WebAssembly SIMD, or it is forbidden.
 */
function module(): WebAssembly.Module {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(SIMD_MODULE), (char) => char.charCodeAt(0)));
    return compiled;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `statistics and distances need WebAssembly SIMD, and a content security policy that allows script-src 'wasm-unsafe-eval': ${reason}`,
      { cause },
    );
  }
}

/** Memory for float64 linear algebra in WebAssembly SIMD, given back to the system when the workspace is dropped. */
export class Workspace {
  readonly linalg: Linalg;
  readonly #memory: WebAssembly.Memory;
  #end = 0;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 0 });
    const { exports } = new WebAssembly.Instance(module(), { env: { memory: this.#memory } });
    this.linalg = exports as unknown as Linalg;
  }

  /** Room for `bytes`, zero. */
  allocate(bytes: number): Pointer {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / 64) * 64;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return start;
  }

  /** Room for `values`, with them in it. */
  put(values: Float64Array): Pointer {
    const pointer = this.allocate(values.byteLength);
    this.floats(pointer, values.length).set(values);
    return pointer;
  }

  /** A view, good until the next allocation. */
  floats(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, length);
  }

  /** A view, good until the next allocation. */
  integers(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }
}

const PAGE = 65_536;
