import type { Gemm, Product, Threads } from '../kernels/kernel-context.js';
import { split } from '../threads/split.js';
import { eachProduct } from './each-product.js';
import { simdProduct } from './gemm-simd.js';

/** With fewer multiplications, one thread is faster. */
const SMALL = 1_000_000;

/** Rows and columns that the module's kernel computes at a time; parts are multiples of it. */
const TILE = 16;

/**
 * Matrix products by the WebAssembly SIMD module in several threads: each computes some rows of the result, or some columns
 * where there are more of them. The sums are those of one thread.
 *
 * @param single the same on one thread, for small products.
 */
export function threadedGemm(threads: Threads, single: Gemm): Gemm {
  return {
    source: `${single.source}, ${threads.count} threads`,
    run(products: Product): void {
      const { transposeA, transposeB, m, n, k } = products;
      const parts = split(Math.max(m, n), threads.count, TILE);
      if (m * n * k < SMALL || parts.length === 1) {
        single.run(products);
        return;
      }
      const lines = { a: transposeA ? m : k, b: transposeB ? k : n, c: n };
      threads.run(parts.length, (thread, i) => {
        const { from, to } = parts[i]!;
        eachProduct(products, (product) => {
          const { a, b, c } = product;
          const part =
            m >= n
              ? { m: to - from, a: a + from * (transposeA ? 1 : k) * 4, c: c + from * n * 4 }
              : { n: to - from, b: b + from * (transposeB ? k : 1) * 4, c: c + from * 4 };
          simdProduct(thread, { ...product, ...part }, lines);
        });
      });
    },
  };
}
