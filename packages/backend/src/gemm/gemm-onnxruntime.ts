import type { Gemm, KernelContext, Product } from '../kernels/kernel-context.js';
import { encodeOnnx } from '../onnx.js';
import type { Pointer } from '../simd/module.js';

/** The parts of onnxruntime-node that are used: its tensors and its synchronous sessions. */
export interface OnnxRuntime {
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => unknown;
  InferenceSession: new () => OnnxSession;
}

interface OnnxSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: Record<string, unknown>, fetches: Record<string, unknown>, options: object): unknown;
}

/** With fewer multiplications, calling onnxruntime costs more than the product. Measured. */
const SMALL = 20_000;

/**
 * Matrix products by onnxruntime over views of the tensors' memory, without copies.
 * There is one session for each pair of transpositions, for all sizes. Small products go to `small`.
 */
export function onnxruntimeGemm(
  runtime: OnnxRuntime,
  threads: number,
  context: Omit<KernelContext, 'gemm'>,
  small: Gemm,
): Gemm {
  const { backend, scratch, simd } = context;
  const sessions = new Map<string, OnnxSession>();

  function session(transposeA: boolean, transposeB: boolean): OnnxSession {
    const key = `${transposeA} ${transposeB}`;
    let found = sessions.get(key);
    if (!found) {
      found = createSession(runtime, threads, transposeA, transposeB);
      sessions.set(key, found);
    }
    return found;
  }

  function tensor(at: Pointer, rows: number, columns: number): unknown {
    // A new view each time: older views are detached when the memory grows.
    const view = new Float32Array(backend.wasm.HEAPU8.buffer, at, rows * columns);
    return new runtime.Tensor('float32', view, [rows, columns]);
  }

  return {
    source: 'onnxruntime-node',
    run(product: Product): void {
      const { transposeA, transposeB, m, n, k, a, b, c, accumulate = false } = product;
      if (m * n * k < SMALL) {
        small.run(product);
        return;
      }
      // onnxruntime cannot add to its output: the product goes to scratch memory and is added from there.
      const out = accumulate ? scratch.floats('product', m * n) : c;
      session(transposeA, transposeB).run(
        {
          a: transposeA ? tensor(a, k, m) : tensor(a, m, k),
          b: transposeB ? tensor(b, n, k) : tensor(b, k, n),
        },
        { y: tensor(out, m, n) },
        {},
      );
      if (accumulate) simd.addInto(c, out, m * n);
    },
  };
}

function createSession(
  runtime: OnnxRuntime,
  threads: number,
  transposeA: boolean,
  transposeB: boolean,
): OnnxSession {
  const model = encodeOnnx({
    nodes: [
      {
        op: 'FusedMatMul',
        domain: 'com.microsoft',
        inputs: ['a', 'b'],
        outputs: ['y'],
        attributes: { transA: Number(transposeA), transB: Number(transposeB) },
      },
    ],
    inputs: [
      { name: 'a', type: 'float32', shape: transposeA ? ['k', 'm'] : ['m', 'k'] },
      { name: 'b', type: 'float32', shape: transposeB ? ['n', 'k'] : ['k', 'n'] },
    ],
    outputs: [{ name: 'y', type: 'float32', shape: ['m', 'n'] }],
  });
  const session = new runtime.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The output is ours and the packed factors are small: an arena would only keep memory from us.
    enableCpuMemArena: false,
    enableMemPattern: false,
    // Our own work runs between two products; threads that spin in the meantime would slow it down.
    extra: { 'session.intra_op.allow_spinning': '0' },
  });
  return session;
}
