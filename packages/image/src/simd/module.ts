import { SIMD_MODULE } from './binary.js';

/** A byte offset into the module's memory. */
type Pointer = number;

/** What assembly/ exports; its comments say what each does. */
interface Kernels {
  rowsGrey: RowKernel;
  rowsRgb: RowKernel;
  columns(
    src: Pointer,
    out: Pointer,
    rowLength: number,
    length: number,
    starts: Pointer,
    counts: Pointer,
    weights: Pointer,
    taps: number,
  ): void;
}

type RowKernel = (
  src: Pointer,
  out: Pointer,
  height: number,
  width: number,
  length: number,
  starts: Pointer,
  weights: Pointer,
  taps: number,
) => void;

/** Room in the module's memory, until the next claim. */
export interface Claim {
  readonly kernels: Kernels;
  readonly memory: ArrayBuffer;
  /** Where each part begins: at a multiple of 16. */
  readonly at: readonly Pointer[];
}

/** The kernels read and write up to this far beyond an end. */
const SLACK = 32;
const PAGE = 65536;
/** Memory is never given back, so an image that needs more goes through the plain loops. */
const LIMIT = 2 ** 27;

let loaded: { kernels: Kernels; memory: WebAssembly.Memory } | null | undefined;

/**
 * Room for parts of these lengths in bytes, and the kernels that work there; null where there is no WebAssembly SIMD (or a
 * content security policy forbids it) or the parts are too large, and the plain loops have to do.
 */
export function claim(...lengths: readonly number[]): Claim | null {
  if (loaded === undefined) loaded = load();
  if (loaded === null) return null;
  const at: Pointer[] = [];
  let end = 0;
  for (const length of lengths) {
    at.push(end);
    end += Math.ceil((length + SLACK) / 16) * 16;
  }
  if (end > LIMIT) return null;
  const { kernels, memory } = loaded;
  const missing = end - memory.buffer.byteLength;
  try {
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  } catch {
    return null;
  }
  return { kernels, memory: memory.buffer, at };
}

function load(): { kernels: Kernels; memory: WebAssembly.Memory } | null {
  try {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const binary = Uint8Array.from(atob(SIMD_MODULE), (letter) => letter.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
    return { kernels: exports as unknown as Kernels, memory };
  } catch {
    return null;
  }
}
