import { checkOptions, describeValue, type KnownOptions, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { sha256 } from '../weights/sha256.js';
import { assertInUse, assertPositive, batchPixels, type InceptionEngine } from './engine.js';
import {
  type FullPreprocessing,
  type Preprocessing,
  type PreprocessingName,
  resolvePreprocessing,
} from './preprocessing.js';

/** What is used of onnxruntime-node or onnxruntime-web: pass the module itself. */
export interface OnnxRuntime {
  InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<OnnxSession> };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
}

/** A loaded model. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Record<string, OnnxOutput>>;
  release(): Promise<void>;
}

/** A tensor that a model gives. */
export interface OnnxOutput {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** What turns an output of rank 3, `[n, tokens, dims]`, into one of rank 2. */
export const POOLS = ['first', 'mean'] as const;

/** Options of `createOnnxEngine`. */
export interface OnnxEngineOptions {
  /** `await import('onnxruntime-node')`, or `'onnxruntime-web'` in browsers. */
  runtime: OnnxRuntime;
  /** How images become the model's input: a name of `PREPROCESSINGS`, or an object. */
  preprocess: PreprocessingName | Preprocessing;
  /** Name of the output that holds the activations. @default the first */
  output?: string | undefined;
  /**
   * What is taken of an output of tokens `[n, tokens, dims]`: the `first`, which is the class token of a ViT, or their `mean`. Of
   * `[n, dims, height, width]` it is always the mean over the places. @default 'first'
   */
  pool?: (typeof POOLS)[number] | undefined;
  /** Name of the file, for results. @default none */
  file?: string | undefined;
  /** Images a run of the model, at least 1; larger batches are cut up. @default 8 */
  chunk?: number | undefined;
  /** Options of onnxruntime's `InferenceSession.create`, such as `{ intraOpNumThreads: 2 }`. @default its own */
  session?: object | undefined;
}

const OPTIONS: KnownOptions<OnnxEngineOptions> = {
  runtime: true,
  preprocess: true,
  output: true,
  pool: true,
  file: true,
  chunk: true,
  session: true,
};

/**
 * An engine for any image encoder as an ONNX model, such as DINOv2, CLIP's image tower, RAD-DINO or torchxrayvision: the metrics then compare its
 * activations in place of the Inception's. The model takes one float32 input of images and gives a float32 output of rank 2, 3 or 4.
 *
 * @param bytes the `.onnx` file, without external data.
 * @throws TypeError unless `bytes` is a Uint8Array and `runtime` is onnxruntime; RangeError for wrong or unknown options, or a model of another
 * form, saying which; Error if onnxruntime cannot load it.
 */
export async function createOnnxEngine(
  bytes: Uint8Array,
  options: OnnxEngineOptions,
): Promise<InceptionEngine> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`createOnnxEngine takes the bytes of an ONNX model, not ${describeValue(bytes)}`);
  }
  checkOptions('createOnnxEngine', options, OPTIONS);
  const { runtime, pool = 'first', chunk = 8, preprocess } = options;
  if (typeof runtime?.InferenceSession?.create !== 'function') {
    throw new TypeError(
      `runtime must be onnxruntime-node or onnxruntime-web, not ${describeValue(runtime)}: pass { runtime: await import('onnxruntime-node') }`,
    );
  }
  const preprocessing = resolvePreprocessing(preprocess);
  if (!POOLS.includes(pool)) throw new RangeError(`invalid pool: ${String(pool)} (${POOLS.join(', ')})`);
  assertPositive('chunk', chunk);
  const session = await runtime.InferenceSession.create(bytes, options.session);
  try {
    return await engineOf(session, bytes, { ...options, pool, chunk, preprocessing });
  } catch (error) {
    await session.release();
    throw error;
  }
}

interface EngineSettings extends OnnxEngineOptions {
  pool: (typeof POOLS)[number];
  chunk: number;
  preprocessing: FullPreprocessing;
}

/** @throws RangeError for a model of another form. */
async function engineOf(
  session: OnnxSession,
  bytes: Uint8Array,
  { runtime, preprocess, preprocessing, output: asked, pool, file, chunk }: EngineSettings,
): Promise<InceptionEngine> {
  const [input, ...more] = session.inputNames;
  if (input === undefined || more.length > 0) {
    throw new RangeError(
      `an encoder has one input, this model has ${session.inputNames.join(', ') || 'none'}`,
    );
  }
  const output = asked ?? session.outputNames[0];
  if (output === undefined || !session.outputNames.includes(output)) {
    throw new RangeError(`unknown output: ${output} (the model has ${session.outputNames.join(', ')})`);
  }
  const run = async (pixels: Uint8Array | Float32Array, count: number): Promise<Rows> => {
    const { data, shape } = toInput(pixels, count, preprocessing);
    const results = await session.run({ [input]: new runtime.Tensor('float32', data, shape) }, [output]);
    return rowsOf(results[output]!, { count, output, pool });
  };
  const { size, channels } = preprocessing;
  const length = size * size * channels;
  // A model says only with an image how long its activations are.
  const { dims } = await run(new Uint8Array(length), 1);
  let disposed = false;
  return {
    name: 'onnx',
    dims,
    device: 'onnxruntime',
    preprocessing,
    encoder: {
      file,
      sha256: await sha256(bytes),
      preprocess: typeof preprocess === 'string' ? preprocess : 'custom',
      output,
      pool,
    },
    async activations(batch, { signal } = {}): Promise<NdArray<Float32Array>> {
      const { pixels, count } = batchPixels(batch, preprocessing);
      const out = new Float32Array(count * dims);
      for (let start = 0; start < count; start += chunk) {
        signal?.throwIfAborted();
        assertInUse(disposed);
        const end = Math.min(count, start + chunk);
        const rows = await run(pixels.subarray(start * length, end * length), end - start);
        out.set(rows.data, start * dims);
      }
      return ndarray(out, [count, dims]);
    },
    dispose(): void {
      if (!disposed) void session.release();
      disposed = true;
    },
  };
}

interface Rows {
  data: Float32Array;
  dims: number;
}

/** Pixels `[count, size, size, channels]`, 0 to 255, as the model's input. */
function toInput(
  pixels: Uint8Array | Float32Array,
  count: number,
  { size, channels, mean, std, layout }: FullPreprocessing,
): { data: Float32Array; shape: number[] } {
  const places = size * size;
  const data = new Float32Array(pixels.length);
  for (let c = 0; c < channels; c++) {
    // In float32, step by step, as torch does it.
    const [m, s] = [Math.fround(mean[c]!), Math.fround(std[c]!)];
    for (let n = 0; n < count; n++) {
      const from = n * places * channels + c;
      const [to, step] = layout === 'NCHW' ? [(n * channels + c) * places, 1] : [from, channels];
      for (let i = 0; i < places; i++) {
        const unit = Math.fround(pixels[from + i * channels]! / 255);
        data[to + i * step] = Math.fround(unit - m) / s;
      }
    }
  }
  const shape = layout === 'NCHW' ? [count, channels, size, size] : [count, size, size, channels];
  return { data, shape };
}

/** One row an image of an output of rank 2, 3 (tokens) or 4 (a grid of features). */
function rowsOf(
  { type, dims: shape, data }: OnnxOutput,
  { count, output, pool }: { count: number; output: string; pool: (typeof POOLS)[number] },
): Rows {
  const refuse = (what: string): never => {
    throw new RangeError(
      `output ${output} is ${what}, not float32 [n, dims], [n, tokens, dims] or [n, dims, height, width]: choose another by output`,
    );
  };
  if (type !== 'float32' || !(data instanceof Float32Array)) return refuse(`of type ${type}`);
  if (shape[0] !== count || shape.length < 2 || shape.length > 4 || shape.includes(0))
    return refuse(`[${shape}]`);
  if (shape.length === 2) return { data, dims: shape[1]! };
  if (shape.length === 4) {
    const dims = shape[1]!;
    const places = shape[2]! * shape[3]!;
    const rows = Float32Array.from(
      { length: count * dims },
      (_, i) => sumOf(data, i * places, places, 1) / places,
    );
    return { data: rows, dims };
  }
  const [tokens, dims] = [shape[1]!, shape[2]!];
  const rows = Float32Array.from({ length: count * dims }, (_, i) => {
    const first = Math.floor(i / dims) * tokens * dims + (i % dims);
    return pool === 'first' ? data[first]! : sumOf(data, first, tokens, dims) / tokens;
  });
  return { data: rows, dims };
}

/** The sum of `terms` values, each `step` after the one before. */
function sumOf(data: Float32Array, from: number, terms: number, step: number): number {
  let sum = 0;
  for (let i = 0; i < terms; i++) sum += data[from + i * step]!;
  return sum;
}
