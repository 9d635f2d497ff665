import { expect, it } from 'vitest';
import { type OnnxRuntime, onnxruntimeGemm } from '../src/gemm/gemm-onnxruntime.js';
import type { KernelContext } from '../src/kernels/kernel-context.js';

it('leaves products of fewer than 20,000 multiplications to the WebAssembly module', () => {
  const runs: string[] = [];
  const runtime = {
    Tensor: class {},
    InferenceSession: class {
      loadModel() {}
      run() {
        runs.push('onnxruntime');
      }
    },
  } as unknown as OnnxRuntime;
  const context = { backend: { wasm: { HEAPU8: new Uint8Array(1 << 16) } } } as unknown as KernelContext;
  const small = { source: 'small', run: () => void runs.push('small') };
  const gemm = onnxruntimeGemm(runtime, 1, context, small);
  const product = { transposeA: false, transposeB: false, a: 0, b: 0, c: 0 };
  gemm.run({ ...product, m: 20, n: 25, k: 39 });
  gemm.run({ ...product, m: 20, n: 25, k: 40 });
  gemm.run({ ...product, m: 1, n: 1, k: 19_999 });
  expect(runs).toEqual(['small', 'onnxruntime', 'small']);
});
