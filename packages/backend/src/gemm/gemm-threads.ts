import { mayBlock, startThread } from '../backends/platform.js';
import type { Gemm, KernelContext, Product } from '../kernels/kernel-context.js';
import { type Pointer, simdBytes } from '../simd/module.js';
import { serveGemm } from './gemm-worker.js';

/** With fewer multiplications, one thread is faster. */
const SMALL = 1_000_000;

/** Sums of fewer terms are not split, since adding up the partial results would cost more. */
const TERMS = 128;

/** Rows that the module's kernel computes at a time; parts are multiples of it. */
const TILE = 4;

/** The maximum of the shared memory: 1 GiB, in pages of 64 KiB. */
const PAGE = 1 << 16;
const PAGES = 1 << 14;

/** A range of the rows of a product, or of the terms of its sums. */
interface Part {
  from: number;
  to: number;
}

/**
 * Matrix products by the WebAssembly SIMD module in several threads. TensorFlow.js's memory is not shared, so the other
 * threads' part of the factors is copied to shared memory; this thread works on its own part in place.
 *
 * A product is split by its rows or, for a filter's gradient, which sums over many positions, by the terms of the sum.
 * The split depends only on the shape and the number of threads, so results are reproducible.
 *
 * @param single the same on one thread, for small products.
 * @throws Error when threads cannot start or cannot share memory.
 */
export async function threadedGemm(
  context: Omit<KernelContext, 'gemm'>,
  single: Gemm,
  threads: number,
): Promise<Gemm> {
  const { backend, scratch, simd } = context;
  const { memory, jobs } = await poolOf(threads);

  const view = (at: Pointer, floats: number): Float32Array =>
    new Float32Array(backend.wasm.HEAPU8.buffer, at, floats);

  /** Grows the shared memory; false when it cannot hold that much. */
  function reserve(floats: number): boolean {
    const pages = Math.ceil((floats * 4) / PAGE);
    const missing = pages - memory.buffer.byteLength / PAGE;
    if (pages <= PAGES && missing > 0) memory.grow(missing);
    return pages <= PAGES;
  }

  function run(product: Product): void {
    const { transposeA, transposeB, n, k, a, b, c, accumulate = false } = product;
    const { bySum, own, others, line, rows, terms, sizeA, sizeB, sizesC } = divide(product, threads);
    const floats = sizesC.reduce((sum, size) => sum + size, sizeA + sizeB);
    if (!isWorthIt(product, bySum, others.length) || !reserve(floats)) {
      single.run(product);
      return;
    }
    const space = scratch.floats('gemm', simd.gemmScratch() / 4);
    const partial = scratch.floats('partial', Math.max(...sizesC));
    const shared = new Float32Array(memory.buffer);
    shared.set(view(a + own.to * line.a * 4, sizeA), 0);
    shared.set(view(b + own.to * line.b * 4, sizeB), sizeA);
    const flags = [Number(transposeA), Number(transposeB)];
    let place = sizeA + sizeB;
    const results = others.map((part, i) => {
      const after = part.from - own.to;
      const places = [after * line.a, sizeA + after * line.b, place];
      startJob(jobs[i]!, [...flags, rows(part), n, terms(part), ...places]);
      const result = shared.subarray(place, place + sizesC[i]!);
      place += sizesC[i]!;
      return { result, to: c + part.from * line.c * 4 };
    });
    const lda = transposeA ? product.m : k;
    const ldb = transposeB ? k : n;
    simd.gemm(transposeA, transposeB, rows(own), n, terms(own), a, lda, b, ldb, c, n, accumulate, space);
    const used = jobs.slice(0, others.length);
    for (const job of used) wait(job);
    if (used.some((job) => job[0] !== 0)) throw new RangeError('a thread is out of WebAssembly memory');
    for (const { result, to } of results) {
      const adds = bySum || accumulate;
      view(adds ? partial : to, result.length).set(result);
      if (adds) simd.addInto(to, partial, result.length);
    }
  }

  return { source: `${single.source}, ${threads} threads`, run };
}

/** How a product is shared out: this thread's part and the others'. */
interface Division {
  /** True when the terms of the sums are split, false when the rows are. */
  bySum: boolean;
  own: Part;
  others: Part[];
  /** Floats of each factor and of the result that belong to one row, or to one term. */
  line: { a: number; b: number; c: number };
  /** Rows of a part's result, and terms of its sums. */
  rows(part: Part): number;
  terms(part: Part): number;
  /** Floats of the factors that the other threads need, and of each one's result. */
  sizeA: number;
  sizeB: number;
  sizesC: number[];
}

function divide({ transposeA, transposeB, m, n, k }: Product, threads: number): Division {
  const bySum = transposeA && !transposeB && k >= TERMS;
  const whole = bySum ? k : m;
  const [own, ...others] = split(whole, threads) as [Part, ...Part[]];
  const line = bySum ? { a: m, b: n, c: 0 } : { a: k, b: 0, c: n };
  const rows = (part: Part): number => (bySum ? m : part.to - part.from);
  return {
    bySum,
    own,
    others,
    line,
    rows,
    terms: (part) => (bySum ? part.to - part.from : k),
    sizeA: (whole - own.to) * line.a,
    sizeB: k * n - own.to * line.b,
    sizesC: others.map((part) => rows(part) * n),
  };
}

function isWorthIt({ transposeA, m, n, k }: Product, bySum: boolean, others: number): boolean {
  return m * n * k >= SMALL && (bySum || !transposeA) && others > 0;
}

/** The other threads' jobs, and the memory that they share. */
interface ThreadPool {
  memory: WebAssembly.Memory;
  jobs: Int32Array[];
}

const pools = new Map<number, Promise<ThreadPool>>();

/** The threads beside this one. They are started once and outlive a reset of the backend. */
function poolOf(threads: number): Promise<ThreadPool> {
  let pool = pools.get(threads);
  if (!pool) {
    pool = startPool(threads);
    pools.set(threads, pool);
    pool.catch(() => pools.delete(threads));
  }
  return pool;
}

async function startPool(threads: number): Promise<ThreadPool> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGES, shared: true });
  const jobs = Array.from({ length: threads - 1 }, () => new Int32Array(new SharedArrayBuffer(64)));
  await Promise.all(jobs.map((job) => startThread(serveGemm, { bytes: simdBytes(), memory, job })));
  return { memory, jobs };
}

/** Splits `whole` into parts of whole tiles, as equal as possible: one for each thread, or fewer. */
function split(whole: number, threads: number): Part[] {
  const size = Math.ceil(whole / threads / TILE) * TILE;
  const count = Math.ceil(whole / size);
  return Array.from({ length: count }, (_, i) => ({ from: i * size, to: Math.min(whole, (i + 1) * size) }));
}

function startJob(job: Int32Array, values: number[]): void {
  job.set(values, 1);
  Atomics.store(job, 0, 1);
  Atomics.notify(job, 0);
}

function wait(job: Int32Array): void {
  while (Atomics.load(job, 0) === 1) if (mayBlock()) Atomics.wait(job, 0, 1);
}
