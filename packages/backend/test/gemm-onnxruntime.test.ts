import { expect, it } from 'vitest';
import { onnxruntimeGemm } from '../src/gemm/gemm-onnxruntime.js';
import type { ThreadContext } from '../src/kernels/kernel-context.js';

it('leaves products of fewer than 20,000 multiplications, and sums of 16 terms, to the WebAssembly module', () => {
  const runs: string[] = [];
  const small = { source: 'small', run: () => void runs.push('small') };
  const gemm = onnxruntimeGemm(() => void runs.push('onnxruntime'), {} as ThreadContext, small);
  const product = { transposeA: false, transposeB: false, a: 0, b: 0, c: 0 };
  gemm.run({ ...product, m: 20, n: 25, k: 39 });
  gemm.run({ ...product, m: 20, n: 25, k: 40 });
  gemm.run({ ...product, m: 1, n: 1, k: 19_999 });
  gemm.run({ ...product, m: 1000, n: 1000, k: 16 });
  gemm.run({ ...product, m: 1000, n: 1000, k: 17 });
  expect(runs).toEqual(['small', 'onnxruntime', 'small', 'small', 'onnxruntime']);
});
