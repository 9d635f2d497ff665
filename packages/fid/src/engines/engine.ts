import { describeValue } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { INPUT_SIZE } from '../inception/network.js';
import type { FullPreprocessing } from './preprocessing.js';

/** A batch of images as an engine takes them, 0 to 255: `[n, 299, 299, 3]` of the Inception. */
export type ImageBatch = NdArray<Uint8Array> | NdArray<Float32Array>;

/** What a score with another encoder than the Inception depends on, beside its preprocessing. */
export interface EncoderInfo {
  /** The file it was read from. */
  file?: string | undefined;
  /** Of the file's bytes, in hexadecimal: only scores with the same value can be compared. */
  sha256: string;
  /** Name of its preprocessing, or `custom`. */
  preprocess: string;
  /** Name of the output that gives the activations. */
  output: string;
  /** What is taken of an output of tokens: see `createOnnxEngine`. */
  pool: string;
}

/**
 * Turns images into Inception activations. Ours (`tfjs`, `onnxruntime`) agree with each other and with pytorch-fid. Any object of this
 * form can be passed instead, also one with another network.
 */
export interface InceptionEngine {
  /** Of the engine, for messages and results. */
  name: string;
  /** Length of an image's activations. */
  dims: number;
  /** How images become its input. Absent for the Inception, whose images become 299 × 299 as `resize` says. */
  preprocessing?: FullPreprocessing | undefined;
  /** Of an encoder other than the Inception: what its scores depend on. */
  encoder?: EncoderInfo | undefined;
  /** What it computes on: the TensorFlow.js backend, or onnxruntime's version and threads. */
  device: string;
  /**
   * Activations `[n, dims]` of a batch `[n, 299, 299, 3]`, or of the size and channels of `preprocessing`, 0 to 255.
   * @throws RangeError if the batch has another shape; the signal's reason when aborted; Error once it is disposed.
   */
  activations(
    batch: ImageBatch,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<NdArray<Float32Array>>;
  /** Frees the weights; the engine cannot be used afterwards. */
  dispose(): void;
}

/** @throws TypeError for a value that is not an engine, saying how to make one. */
export function assertEngine(value: unknown): asserts value is InceptionEngine {
  const { dims, activations } = (value ?? {}) as Partial<InceptionEngine>;
  if (typeof activations === 'function' && Number.isSafeInteger(dims)) return;
  const what = value === undefined ? 'there is no engine' : `not an engine: ${describeValue(value)}`;
  throw new TypeError(
    `${what}; createEngine of @cxr/fid/node makes one, and createTfjsEngine of @cxr/fid in browsers: pass it as { engine }`,
  );
}

/** @throws Error for an engine that is disposed. */
export function assertInUse(disposed: boolean): void {
  if (disposed) throw new Error('the engine is disposed: it computes nothing more');
}

/** A batch's pixels in row-major order, and how many images they are. @throws RangeError if the images have another shape. */
export function batchPixels(
  batch: ImageBatch,
  { size, channels }: Pick<FullPreprocessing, 'size' | 'channels'> = { size: INPUT_SIZE, channels: 3 },
): { pixels: Uint8Array | Float32Array; count: number } {
  const [count = 0, height, width, stored] = batch.shape;
  if (batch.shape.length !== 4 || height !== size || width !== size || stored !== channels) {
    throw new RangeError(`batch must be [n, ${size}, ${size}, ${channels}]: [${batch.shape}]`);
  }
  const length = size * size * channels;
  const [s0, s1, s2, s3] = batch.stride as [number, number, number, number];
  const rowMajor = s3 === 1 && s2 === channels && s1 === channels * size && (s0 === length || count === 1);
  const values = count * length;
  if (rowMajor) return { pixels: batch.data.subarray(batch.offset, batch.offset + values), count };
  const pixels = batch.data instanceof Uint8Array ? new Uint8Array(values) : new Float32Array(values);
  let at = 0;
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const from = batch.offset + n * s0 + y * s1 + x * s2;
        for (let c = 0; c < channels; c++) pixels[at++] = batch.data[from + c * s3]!;
      }
    }
  }
  return { pixels, count };
}

/** @throws RangeError unless `value` is undefined or a whole number above 0. */
export function assertPositive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return;
  throw new RangeError(`${name} must be a whole number above 0: ${value}`);
}

/** Values of one input image. */
export const IMAGE_LENGTH: number = INPUT_SIZE * INPUT_SIZE * 3;
