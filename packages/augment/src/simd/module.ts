import { SIMD_MODULE } from './binary.js';

/** A byte offset into the module's memory. */
type Pointer = number;

/** The functions of assembly/. */
export interface Kernels {
  affineRow(
    xs: Pointer,
    ys: Pointer,
    ax: Pointer,
    dx: Pointer,
    by: number,
    c: number,
    ey: number,
    f: number,
    count: number,
  ): void;
  perspectiveRow(
    xs: Pointer,
    ys: Pointer,
    a: number,
    by: number,
    c: number,
    d: number,
    ey: number,
    f: number,
    g: number,
    hy: number,
    count: number,
  ): void;
  splineRow(
    xs: Pointer,
    ys: Pointer,
    y: number,
    points: Pointer,
    firsts: Pointer,
    weights: Pointer,
    count: number,
  ): void;
  bilinearGrey: Sampler;
  bilinearRgb: Sampler;
  bicubicGrey: Sampler;
  resampleRows(
    src: Pointer,
    out: Pointer,
    height: number,
    width: number,
    channels: number,
    length: number,
    starts: Pointer,
    counts: Pointer,
    weights: Pointer,
    most: number,
  ): void;
  resampleColumns(
    src: Pointer,
    out: Pointer,
    rowLength: number,
    length: number,
    starts: Pointer,
    counts: Pointer,
    weights: Pointer,
    most: number,
  ): void;
  blurRow(
    padded: Pointer,
    wide: Pointer,
    out: Pointer,
    weights: Pointer,
    radius: number,
    channels: number,
    count: number,
  ): void;
  blurColumn(rows: Pointer, out: Pointer, weights: Pointer, radius: number, count: number): void;
  addNoise(
    src: Pointer,
    out: Pointer,
    count: number,
    deviations: Pointer,
    table: Pointer,
    s0: bigint,
    s1: bigint,
  ): void;
  copyRows(src: Pointer, srcStep: number, out: Pointer, outStep: number, length: number, rows: number): void;
  mirrorRows(src: Pointer, out: Pointer, width: number, rows: number): void;
  lookUp(src: Pointer, out: Pointer, table: Pointer, count: number): void;
  histogram(src: Pointer, counts: Pointer, count: number): void;
  saturate(src: Pointer, out: Pointer, pixels: number, factor: number): void;
  mixTiles(
    src: Pointer,
    out: Pointer,
    count: number,
    top: Pointer,
    bottom: Pointer,
    left: Pointer,
    right: Pointer,
    fx: Pointer,
    fy: number,
  ): void;
}

type Sampler = (src: Pointer, width: number, out: Pointer, xs: Pointer, ys: Pointer, count: number) => void;

/** Room in the module's memory, until the next claim. */
export interface Claim {
  readonly kernels: Kernels;
  /** The whole memory. */
  readonly bytes: Uint8Array;
  /** Where each part begins: at a multiple of 16. */
  readonly at: readonly Pointer[];
}

/** The loops of assembly/ read and write up to this far beyond an end. */
const SLACK = 32;
const PAGE = 65536;

/** undefined: not tried yet; null: there is none. */
let loaded: { kernels: Kernels; memory: WebAssembly.Memory } | null | undefined;

/**
 * Room for parts of these lengths in bytes, and the kernels that work there; null where there is no WebAssembly SIMD (or a
 * content security policy forbids it), and the plain loops have to do. The memory grows with the largest image seen.
 */
export function claim(...lengths: readonly number[]): Claim | null {
  if (loaded === undefined) loaded = load();
  if (loaded === null) return null;
  const at: Pointer[] = [];
  let end = SLACK;
  for (const length of lengths) {
    at.push(end);
    end += Math.ceil((length + SLACK) / 16) * 16;
  }
  const { kernels, memory } = loaded;
  try {
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  } catch {
    return null;
  }
  return { kernels, bytes: new Uint8Array(memory.buffer), at };
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
