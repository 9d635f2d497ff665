import type { Gemm, Product, ThreadContext } from '../kernels/kernel-context.js';
import { eachProduct } from './each-product.js';

/** Matrix products by the WebAssembly SIMD module. */
export function simdGemm(thread: Pick<ThreadContext, 'simd' | 'scratch'>): Gemm {
  return {
    source: '@cxr/backend (WebAssembly SIMD)',
    run(products: Product): void {
      const { transposeA, transposeB, m, n, k } = products;
      const lines = { a: transposeA ? m : k, b: transposeB ? k : n, c: n };
      eachProduct(products, (product) => simdProduct(thread, product, lines));
    },
  };
}

/** One product of parts of larger matrices, whose rows have `lines` floats as they are stored. */
export function simdProduct(
  { simd, scratch }: Pick<ThreadContext, 'simd' | 'scratch'>,
  { transposeA, transposeB, m, n, k, a, b, c, accumulate = false }: Product,
  lines: { a: number; b: number; c: number },
): void {
  const space = scratch.floats('gemm', simd.gemmScratch() / 4);
  simd.gemm(transposeA, transposeB, m, n, k, a, lines.a, b, lines.b, c, lines.c, accumulate, space);
}
