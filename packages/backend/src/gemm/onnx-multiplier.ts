import { encodeOnnx } from '../onnx.js';
import type { Multiply } from '../threads/tape.js';

/** The parts of onnxruntime-node that are used: its tensors and its synchronous sessions. */
interface OnnxRuntime {
  Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => unknown;
  InferenceSession: new () => OnnxSession;
}

interface OnnxSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: Record<string, unknown>, fetches: Record<string, unknown>, options: object): unknown;
}

/** What `onnxMultiplier` needs to start in any thread. */
export interface OnnxStart {
  /** Path of onnxruntime-node's main file. */
  main: string;
  /** The models of `productModels`. */
  models: readonly Uint8Array[];
}

/** One model for each pair of transpositions, for all sizes: the product with a transposed and b transposed is the last. */
export function productModels(): Uint8Array[] {
  return [0, 1, 2, 3].map((flags) => productModel(flags > 1, flags % 2 === 1));
}

function productModel(transposeA: boolean, transposeB: boolean): Uint8Array {
  return encodeOnnx({
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
      { name: 'a', type: 'float32', shape: ['count', ...(transposeA ? ['k', 'm'] : ['m', 'k'])] },
      { name: 'b', type: 'float32', shape: ['count', ...(transposeB ? ['n', 'k'] : ['k', 'n'])] },
    ],
    outputs: [{ name: 'y', type: 'float32', shape: ['count', 'm', 'n'] }],
  });
}

/**
 * Matrix products by onnxruntime over views of `memory`, without copies. Threads are started with the text of this function:
 * it can use nothing outside itself except types.
 *
 * It calls onnxruntime-node's own binding: the package's public API is asynchronous, but a TensorFlow.js kernel must be synchronous.
 *
 * @param threads that work on one product.
 * @throws Error when the package cannot be loaded or has no such binding.
 */
export function onnxMultiplier(
  { main, models }: OnnxStart,
  threads: number,
  memory: WebAssembly.Memory,
): Multiply {
  const require = process.getBuiltinModule('node:module').createRequire(main);
  const { Tensor } = require(main) as Pick<OnnxRuntime, 'Tensor'>;
  const { binding, initOrt } = require(main.replace(/index\.js$/, 'binding.js')) as {
    binding?: Pick<OnnxRuntime, 'InferenceSession'>;
    initOrt?: () => void;
  };
  if (!binding?.InferenceSession || !initOrt) {
    throw new Error(`${main}: no synchronous binding in this version`);
  }
  initOrt();
  const { InferenceSession } = binding;
  const sessions: OnnxSession[] = [];

  function session(place: number): OnnxSession {
    const found = sessions[place];
    if (found) return found;
    const model = models[place]!;
    const made = new InferenceSession();
    made.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // The output is ours and the packed factors are small: an arena would only keep memory from us.
      enableCpuMemArena: false,
      enableMemPattern: false,
      // Our own work runs between two products; threads that spin in the meantime would slow it down.
      extra: { 'session.intra_op.allow_spinning': '0' },
    });
    sessions[place] = made;
    return made;
  }

  function tensor(at: number, ...shape: [count: number, rows: number, columns: number]): unknown {
    const size = shape[0] * shape[1] * shape[2];
    // A new view each time: older views end where the memory ended before it grew.
    return new Tensor('float32', new Float32Array(memory.buffer, at, size), shape);
  }

  return (transposeA, transposeB, m, n, k, a, b, y, count) => {
    session((transposeA ? 2 : 0) + (transposeB ? 1 : 0)).run(
      {
        a: transposeA ? tensor(a, count, k, m) : tensor(a, count, m, k),
        b: transposeB ? tensor(b, count, n, k) : tensor(b, count, k, n),
      },
      { y: tensor(y, count, m, n) },
      {},
    );
  };
}
