import type { Gemm, Product, ThreadContext } from '../kernels/kernel-context.js';
import { eachProduct } from './each-product.js';

/**
 * Maximum terms of a sum in one product. Libraries add blocks of some hundred terms to a running float32 sum, and lose
 * digits when the sum grows much larger than a block: 6e-4 in the gradient of a filter over a million positions.
 */
const TERMS = 1 << 14;

/**
 * `gemm`, but long sums over the rows of both factors (the gradient of a filter, or of a dense layer's weights) are split into
 * parts. Each part costs one more addition of the result, which is little beside a product of that length.
 */
export function inChunks(gemm: Gemm, { scratch, simd }: Pick<ThreadContext, 'scratch' | 'simd'>): Gemm {
  return {
    source: gemm.source,
    run(products: Product): void {
      const { transposeA, transposeB, m, n, k, accumulate = false } = products;
      if (k <= TERMS || !transposeA || transposeB) {
        gemm.run(products);
        return;
      }
      const part = scratch.floats('part of a sum', m * n);
      eachProduct(products, (product) => {
        const { a, b, c } = product;
        for (let from = 0; from < k; from += TERMS) {
          const adds = accumulate || from > 0;
          const to = adds ? part : c;
          const places = { a: a + from * m * 4, b: b + from * n * 4, c: to };
          gemm.run({ ...product, ...places, k: Math.min(TERMS, k - from), accumulate: false });
          if (adds) simd.addInto(c, part, m * n);
        }
      });
    },
  };
}
