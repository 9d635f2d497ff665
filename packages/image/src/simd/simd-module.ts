/** A byte offset into a module's memory. */
export type Pointer = number;

/** Room in a module's memory, until the next claim. */
export interface Claim<Kernels> {
  /** The module's functions. */
  readonly kernels: Kernels;
  /** The whole memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each part begins: at a multiple of 16. */
  readonly at: readonly Pointer[];
}

/** Room for parts of these lengths in bytes, and the kernels that work there; null where the plain loops must do. */
export type Claimer<Kernels> = (...lengths: readonly number[]) => Claim<Kernels> | null;

/** Kernels may read and write up to this many bytes before and beyond a part. */
const SLACK = 32;
const PAGE = 65536;
/** Memory is never given back, so an image that needs more goes through the plain loops. */
const LIMIT = 2 ** 27;

/**
 * Loads a WebAssembly module that imports `env.memory`, at the first claim. Claims give null where there is no WebAssembly
 * SIMD, where a content security policy forbids it, or where the parts take more than 128 MiB. The memory grows with the
 * largest image seen.
 * @param binary the module's bytes, base64
 */
export function simdModule<Kernels>(binary: string): Claimer<Kernels> {
  let loaded: { kernels: Kernels; memory: WebAssembly.Memory } | null | undefined;
  return (...lengths) => {
    if (loaded === undefined) loaded = load<Kernels>(binary);
    if (loaded === null) return null;
    const at: Pointer[] = [];
    let end = SLACK;
    for (const length of lengths) {
      at.push(end);
      end += Math.ceil((length + SLACK) / 16) * 16;
    }
    const { kernels, memory } = loaded;
    if (end > LIMIT || !grow(memory, end)) return null;
    return { kernels, bytes: new Uint8Array(memory.buffer as ArrayBuffer), at };
  };
}

/** Whether there is, or could be made, as much memory. */
function grow(memory: WebAssembly.Memory, bytes: number): boolean {
  const missing = bytes - memory.buffer.byteLength;
  try {
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return true;
  } catch {
    return false;
  }
}

function load<Kernels>(base64: string): { kernels: Kernels; memory: WebAssembly.Memory } | null {
  try {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const binary = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
    return { kernels: exports as unknown as Kernels, memory };
  } catch {
    return null;
  }
}
