import type { Simd } from '../simd/module.js';

/** What a thread gets when it starts. */
export interface GemmThread {
  /** The WebAssembly SIMD module. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Factors and results. */
  memory: WebAssembly.Memory;
  /**
   * State, transposeA, transposeB, m, n, k, and the places of a, b and c in `memory`, counted in floats. The state is
   * 0 when there is nothing to do, 1 when there is a product to compute, 2 when computing it failed.
   */
  job: Int32Array;
}

/**
 * Waits for products and computes them, for ever. A thread is started with the text of this function: it can use nothing
 * outside itself except types.
 */
export async function serveGemm({ bytes, memory, job }: GemmThread, ready: () => void): Promise<void> {
  // The module cannot use shared memory, so factors and result are copied: far less work than the product.
  const own = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: own } });
  const simd = instance.exports as unknown as Simd;

  function multiply(): void {
    const [transposeA, transposeB, m, n, k] = job.subarray(1) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [a, b, c] = job.subarray(6) as unknown as [number, number, number];
    const ownA = simd.gemmScratch();
    const ownB = ownA + m * k * 4;
    const ownC = ownB + k * n * 4;
    const missing = ownC + m * n * 4 - own.buffer.byteLength;
    if (missing > 0) own.grow(Math.ceil(missing / 65536));
    const shared = new Float32Array(memory.buffer);
    const floats = new Float32Array(own.buffer);
    floats.set(shared.subarray(a, a + m * k), ownA / 4);
    floats.set(shared.subarray(b, b + k * n), ownB / 4);
    const lda = transposeA ? m : k;
    const ldb = transposeB ? k : n;
    simd.gemm(transposeA === 1, transposeB === 1, m, n, k, ownA, lda, ownB, ldb, ownC, n, false, 0);
    shared.set(floats.subarray(ownC / 4, ownC / 4 + m * n), c);
  }

  ready();
  for (;;) {
    const before = Atomics.load(job, 0);
    if (before !== 1) {
      Atomics.wait(job, 0, before);
      continue;
    }
    let after = 0;
    try {
      multiply();
    } catch {
      after = 2;
    }
    Atomics.store(job, 0, after);
    Atomics.notify(job, 0);
  }
}
