import { SIMD_MODULE } from './binary.js';

/** A byte offset into the workspace's memory. */
export type Pointer = number;

/** A matrix in memory: element (i, k) is at `at` + i · `row` + k · `k` elements. */
export interface Strided {
  at: Pointer;
  row: number;
  k: number;
}

/** The exports of assembly/, documented there. Strides count elements. */
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
 * Compiled once for all workspaces, so that it is optimised only once.
 * @throws Error if WebAssembly SIMD is missing or forbidden.
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

/** Memory for float64 linear algebra in WebAssembly SIMD, freed when the workspace is no longer used. */
export class Workspace {
  readonly linalg: Linalg;
  readonly #memory: WebAssembly.Memory;
  readonly #scratch: Pointer;
  #end = 0;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 0 });
    const { exports } = new WebAssembly.Instance(module(), { env: { memory: this.#memory } });
    this.linalg = exports as unknown as Linalg;
    this.#scratch = this.allocate(this.linalg.gemmScratch());
  }

  /**
   * Adds `scale` · a bᵀ to `c`, row-major with rows of `width` elements: `a` is `[m, k]` and `b` `[n, k]`.
   * @param options `width`: @default n. `upper`: compute only the upper triangle. @default false. `scale`: @default 1
   */
  multiply(
    [m, n, k]: readonly [m: number, n: number, k: number],
    a: Strided,
    b: Strided,
    c: Pointer,
    options: { width?: number; upper?: boolean; scale?: number } = {},
  ): void {
    const { width = n, upper = false, scale = 1 } = options;
    this.linalg.gemm(m, n, k, a.at, a.row, a.k, b.at, b.row, b.k, c, width, scale, upper, this.#scratch);
  }

  /** The Cholesky factor of `matrix` `[n, n]` in its place, pivoted. @returns its rank */
  pivotedCholesky(n: number, matrix: Pointer, pivots: Pointer, tolerance: number): number {
    const sums = this.allocate(8 * n);
    return this.linalg.pivotedCholesky(n, matrix, pivots, tolerance, sums, this.#scratch);
  }

  /** Room for `bytes`, zero. */
  allocate(bytes: number): Pointer {
    const start = this.#end;
    this.#end = Math.ceil((start + bytes) / 64) * 64;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return start;
  }

  /** Copies `values` into newly allocated memory. */
  put(values: Float64Array): Pointer {
    const pointer = this.allocate(values.byteLength);
    this.floats(pointer, values.length).set(values);
    return pointer;
  }

  /** A view, valid until the next allocation. */
  floats(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, length);
  }

  /** A view, valid until the next allocation. */
  integers(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }
}

const PAGE = 65_536;

/** Rows one after the other, `width` elements each. */
export function rowMajor(at: Pointer, width: number): Strided {
  return { at, row: width, k: 1 };
}

/** The transpose of rows of `width` elements. */
export function transposed(at: Pointer, width: number): Strided {
  return { at, row: 1, k: width };
}
