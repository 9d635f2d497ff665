import type { Gemm, Product, Scratch } from '../kernels/kernel-context.js';
import type { Simd } from '../simd/module.js';

/** Matrix products by the WebAssembly SIMD module. */
export function simdGemm(simd: Simd, scratch: Scratch): Gemm {
  return {
    source: '@cxr/backend (WebAssembly SIMD)',
    run(product: Product): void {
      const { transposeA, transposeB, m, n, k, a, b, c, accumulate = false } = product;
      const lda = transposeA ? m : k;
      const ldb = transposeB ? k : n;
      const space = scratch.floats('gemm', simd.gemmScratch() / 4);
      simd.gemm(transposeA, transposeB, m, n, k, a, lda, b, ldb, c, n, accumulate, space);
    },
  };
}
