import type { Gemm, Product, ThreadContext } from '../kernels/kernel-context.js';
import type { Multiply } from '../threads/tape.js';

/** With fewer multiplications, calling onnxruntime costs more than the product. Measured. */
const SMALL = 20_000;

/** With sums of no more terms the WebAssembly module is faster: three times where the result has 64 columns. Measured. */
const FEW_TERMS = 16;

/** Matrix products by onnxruntime. Small products and short sums go to `small`. */
export function onnxruntimeGemm(
  multiply: Multiply,
  { scratch, simd }: Pick<ThreadContext, 'scratch' | 'simd'>,
  small: Gemm,
): Gemm {
  return {
    source: 'onnxruntime-node',
    run(product: Product): void {
      const { transposeA, transposeB, m, n, k, a, b, c, accumulate = false, count = 1 } = product;
      if (m * n * k < SMALL || k <= FEW_TERMS) {
        small.run(product);
        return;
      }
      // onnxruntime cannot add to its output: the product goes to scratch memory and is added from there.
      const out = accumulate ? scratch.floats('product', count * m * n) : c;
      multiply(transposeA, transposeB, m, n, k, a, b, out, count);
      if (accumulate) simd.addInto(c, out, count * m * n);
    },
  };
}
