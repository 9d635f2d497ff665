import { RELAXED_SIMD_MODULE, SIMD_MODULE } from './binary.js';
import { withSharedMemory } from './shared-memory.js';

/** A byte offset into the memory that holds the tensors. */
export type Pointer = number;

/** The arguments of an unfolding, in the module's order. */
type UnfoldArguments = [
  from: Pointer,
  to: Pointer,
  row: number,
  rows: number,
  ...geometry: [
    h: number,
    w: number,
    c: number,
    outHeight: number,
    outWidth: number,
    kernelHeight: number,
    kernelWidth: number,
    strideHeight: number,
    strideWidth: number,
    dilationHeight: number,
    dilationWidth: number,
    top: number,
    left: number,
  ],
];

/** The arguments of the transform of an image, in the module's order. */
type WinogradArguments = [
  from: Pointer,
  to: Pointer,
  line: Pointer,
  first: number,
  count: number,
  ...geometry: [
    h: number,
    w: number,
    c: number,
    rows: number,
    columns: number,
    strideHeight: number,
    strideWidth: number,
    top: number,
    left: number,
  ],
];

/** The arguments of the transform of the outputs, in the module's order. */
type WinogradOutputArguments = [
  from: Pointer,
  to: Pointer,
  line: Pointer,
  first: number,
  count: number,
  ...geometry: [outHeight: number, outWidth: number, c: number, rows: number, columns: number],
];

/** The sets of transforms: assembly/winograd2.ts, winograd3.ts and winograd4.ts. */
export type WinogradForm = 2 | 3 | 4;

/** The sizes of a filter, in the module's order. */
type FilterSizes = [
  kernelHeight: number,
  kernelWidth: number,
  strideHeight: number,
  strideWidth: number,
  size: number,
];

/** The transforms of each form. */
type Winograd = Record<
  `winogradImage${WinogradForm}` | `winogradImageAdjoint${WinogradForm}`,
  (...args: WinogradArguments) => void
> &
  Record<
    `winogradOutput${WinogradForm}` | `winogradOutputAdjoint${WinogradForm}`,
    (...args: WinogradOutputArguments) => void
  > &
  Record<
    `winogradFilter${WinogradForm}`,
    (...args: [filter: Pointer, u: Pointer, ...FilterSizes, from: number, count: number]) => void
  > &
  Record<
    `winogradFilterAdjoint${WinogradForm}`,
    (...args: [u: Pointer, filter: Pointer, ...FilterSizes]) => void
  >;

/** The exports of assembly/, where comments say what each does. */
export interface Simd extends Winograd {
  im2col(...args: UnfoldArguments): void;
  col2im(...args: UnfoldArguments): void;
  flipFilter(filter: Pointer, out: Pointer, taps: number, ci: number, co: number): void;
  residueFilter(
    filter: Pointer,
    out: Pointer,
    kw: number,
    ci: number,
    co: number,
    ry: number,
    rx: number,
    sh: number,
    sw: number,
    ty: number,
    tx: number,
  ): void;
  scatterRows(
    from: Pointer,
    image: Pointer,
    row: number,
    rows: number,
    qh: number,
    qw: number,
    h: number,
    w: number,
    c: number,
    y: number,
    x: number,
    sh: number,
    sw: number,
  ): void;
  gemmScratch(): number;
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    a: Pointer,
    lda: number,
    b: Pointer,
    ldb: number,
    c: Pointer,
    ldc: number,
    accumulate: boolean,
    scratch: Pointer,
  ): void;
  fill(out: Pointer, value: number, count: number): void;
  addInto(out: Pointer, x: Pointer, count: number): void;
  maximum(a: Pointer, b: Pointer, out: Pointer, count: number): void;
  minimum(a: Pointer, b: Pointer, out: Pointer, count: number): void;
  keepWhere(a: Pointer, b: Pointer, x: Pointer, out: Pointer, strict: boolean, count: number): void;
  add(a: Pointer, b: Pointer, out: Pointer, count: number): void;
  square(x: Pointer, out: Pointer, count: number): void;
  addBias(x: Pointer, bias: Pointer, y: Pointer, rows: number, columns: number): void;
  clip(x: Pointer, y: Pointer, low: number, high: number, count: number): void;
  leakyRelu(x: Pointer, y: Pointer, slope: number, count: number): void;
  leakyReluGrad(x: Pointer, dy: Pointer, dx: Pointer, slope: number, count: number): void;
  scale(x: Pointer, out: Pointer, factor: number, count: number): void;
  adam(
    value: Pointer,
    m: Pointer,
    v: Pointer,
    gradient: Pointer,
    newValue: Pointer,
    newM: Pointer,
    newV: Pointer,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    count: number,
  ): void;
  columnSum(x: Pointer, sum: Pointer, scratch: Pointer, rows: number, channels: number, stride: number): void;
  sumDouble(x: Pointer, sum: Pointer, count: number): void;
  batchNorm(
    x: Pointer,
    gamma: Pointer,
    beta: Pointer,
    y: Pointer,
    mean: Pointer,
    variance: Pointer,
    scratch: Pointer,
    epsilon: number,
    rows: number,
    channels: number,
    stride: number,
  ): void;
  batchNormGrad(
    x: Pointer,
    dy: Pointer,
    gamma: Pointer,
    mean: Pointer,
    variance: Pointer,
    dx: Pointer,
    dgamma: Pointer,
    dbeta: Pointer,
    scratch: Pointer,
    epsilon: number,
    rows: number,
    channels: number,
    stride: number,
  ): void;
}

/**
 * The module's bytes. It needs WebAssembly SIMD, which browsers and Node have since 2023. With relaxed SIMD (Node 22 and
 * later, and browsers that have it) matrix products are faster, and differ in their last bits.
 */
export function simdBytes(): Uint8Array<ArrayBuffer> {
  const relaxed = decode(RELAXED_SIMD_MODULE);
  return WebAssembly.validate(relaxed) ? relaxed : decode(SIMD_MODULE);
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The bytes of the module for `memory`, which may be shared. */
export function simdBytesFor(memory: WebAssembly.Memory): Uint8Array<ArrayBuffer> {
  return isShared(memory) ? withSharedMemory(simdBytes()) : simdBytes();
}

/** True for memory that several threads can use. */
export function isShared(memory: WebAssembly.Memory): boolean {
  return 'SharedArrayBuffer' in globalThis && memory.buffer instanceof SharedArrayBuffer;
}

/** The module's functions, working on `memory`. */
export async function loadSimd(memory: WebAssembly.Memory): Promise<Simd> {
  const { instance } = await WebAssembly.instantiate(simdBytesFor(memory), { env: { memory } });
  return instance.exports as unknown as Simd;
}
