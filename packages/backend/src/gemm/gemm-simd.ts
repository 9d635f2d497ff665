import type { Gemm, Product, ThreadContext } from '../kernels/kernel-context.js';

/** Matrix products by the WebAssembly SIMD module. */
export function simdGemm(thread: Pick<ThreadContext, 'simd' | 'scratch'>): Gemm {
  return {
    source: '@cxr/backend (WebAssembly SIMD)',
    run(product: Product): void {
      const { transposeA, transposeB, m, n, k } = product;
      simdProduct(thread, product, { a: transposeA ? m : k, b: transposeB ? k : n, c: n });
    },
  };
}

/** The product of parts of larger matrices, whose rows have `lines` floats as they are stored. */
export function simdProduct(
  { simd, scratch }: Pick<ThreadContext, 'simd' | 'scratch'>,
  { transposeA, transposeB, m, n, k, a, b, c, accumulate = false }: Product,
  lines: { a: number; b: number; c: number },
): void {
  const space = scratch.floats('gemm', simd.gemmScratch() / 4);
  simd.gemm(transposeA, transposeB, m, n, k, a, lines.a, b, lines.b, c, lines.c, accumulate, space);
}
