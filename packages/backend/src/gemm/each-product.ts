import type { Product } from '../kernels/kernel-context.js';

/** Calls `run` for one product after another. */
export function eachProduct(products: Product, run: (product: Product) => void): void {
  const { m, n, k, a, b, c, count = 1 } = products;
  for (let i = 0; i < count; i++) {
    run({ ...products, a: a + i * m * k * 4, b: b + i * k * n * 4, c: c + i * m * n * 4, count: 1 });
  }
}
