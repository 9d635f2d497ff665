/** A byte offset into a module's memory. */
export type Pointer = number;

/** Space in a module's memory, valid until the next claim. */
export interface Claim<Kernels> {
  /** The module's functions. */
  readonly kernels: Kernels;
  /** The whole memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The address of each part, a multiple of 16. */
  readonly at: readonly Pointer[];
}

/** Gives space for parts of these lengths in bytes, and the kernels that work on them; null if the plain loops have to run instead. */
export type Claimer<Kernels> = (...lengths: readonly number[]) => Claim<Kernels> | null;

/** Kernels may read and write up to this many bytes before and after a part. */
const SLACK = 64;
const PAGE = 65536;
/** WebAssembly memory never shrinks, so an image that needs more than this goes through the plain loops. */
const LIMIT = 2 ** 27;

/**
 * Loads a WebAssembly module that imports `env.memory`, at the first claim. A claim returns null without WebAssembly SIMD, under
 * a content security policy that forbids it, or if the parts take more than 128 MiB. The memory grows to fit the largest image.
 * @param binary the module's bytes, base64
 */
export function simdModule<Kernels>(binary: string): Claimer<Kernels> {
  let loaded: { kernels: Kernels; memory: WebAssembly.Memory } | null | undefined;
  let bytes = new Uint8Array(0);
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
    // Growing the memory gives it another buffer.
    if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer as ArrayBuffer);
    return { kernels, bytes, at };
  };
}

/** Makes the memory at least this large. @returns false if it cannot. */
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
