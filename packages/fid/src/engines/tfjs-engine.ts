import { checkOptions, type KnownOptions, ndarray } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type { NdArray } from 'ndarray';
import { foldConv } from '../inception/fold.js';
import { assertWeights, type InceptionWeights } from '../inception/inception-weights.js';
import {
  assertDims,
  type ConvLayer,
  type Dims,
  INPUT_SIZE,
  type Layer,
  networkLayers,
} from '../inception/network.js';
import { assertInUse, assertPositive, batchPixels, IMAGE_LENGTH, type InceptionEngine } from './engine.js';

/** Options of `createTfjsEngine`. */
export interface TfjsEngineOptions {
  /** Length of an image's activations: 64, 192, 768 or 2048. */
  dims: Dims;
  /** Images a run of the network, at least 1; larger batches are cut up. @default 8: more is not faster and takes memory */
  chunk?: number | undefined;
}

const OPTIONS: KnownOptions<TfjsEngineOptions> = { dims: true, chunk: true };

/**
 * The Inception on TensorFlow.js, on the backend that is active when the engine is made (see `useBackend` of @cxr/backend).
 *
 * @throws TypeError for what are no weights; RangeError for wrong or unknown options.
 */
export function createTfjsEngine(weights: InceptionWeights, options: TfjsEngineOptions): InceptionEngine {
  checkOptions('createTfjsEngine', options, OPTIONS);
  const { dims, chunk = 8 } = options;
  assertWeights(weights);
  assertDims(dims);
  assertPositive('chunk', chunk);
  const layers = networkLayers(dims);
  const convs = new Map(
    layers.filter((layer) => layer.kind === 'conv').map((l) => [l.name, toTensors(weights, l)]),
  );
  let disposed = false;
  return {
    name: 'tfjs',
    dims,
    device: `TensorFlow.js ${tf.getBackend()}`,
    async activations(batch, { signal } = {}): Promise<NdArray<Float32Array>> {
      const { pixels, count } = batchPixels(batch);
      const out = new Float32Array(count * dims);
      for (let start = 0; start < count; start += chunk) {
        // On a synchronous backend nothing else runs during a batch: let signals and worker messages arrive between runs.
        if (start > 0) await new Promise((resolve) => setTimeout(resolve));
        signal?.throwIfAborted();
        assertInUse(disposed);
        const end = Math.min(count, start + chunk);
        const input = pixels.subarray(start * IMAGE_LENGTH, end * IMAGE_LENGTH);
        const result = tf.tidy(() => run(layers, convs, input, end - start));
        try {
          out.set(await result.data<'float32'>(), start * dims);
        } finally {
          result.dispose();
        }
      }
      return ndarray(out, [count, dims]);
    },
    dispose(): void {
      disposed = true;
      for (const { kernel, bias } of convs.values()) tf.dispose([kernel, bias]);
      convs.clear();
    },
  };
}

interface ConvTensors {
  /** `[height, width, in, out]`, TensorFlow's layout. */
  kernel: tf.Tensor4D;
  bias: tf.Tensor1D;
}

function toTensors(weights: InceptionWeights, layer: ConvLayer): ConvTensors {
  const { kernel, bias } = foldConv(weights, layer);
  const shape: [number, number, number, number] = [layer.channelsOut, layer.channelsIn, ...layer.kernel];
  return {
    kernel: tf.tidy(() => tf.transpose(tf.tensor4d(kernel, shape), [2, 3, 1, 0])),
    bias: tf.tensor1d(bias),
  };
}

/** Activations `[n, dims]` of `count` images, 0 to 255. */
function run(
  layers: readonly Layer[],
  convs: ReadonlyMap<string, ConvTensors>,
  pixels: Uint8Array | Float32Array,
  count: number,
): tf.Tensor2D {
  // To [0, 1], then to [−1, 1], each rounded to float32, as torch does it.
  const scaled = Float32Array.from(pixels, (value) => 2 * Math.fround(value / 255) - 1);
  const outputs = new Map<string, tf.Tensor4D>();
  outputs.set('image', tf.tensor4d(scaled, [count, INPUT_SIZE, INPUT_SIZE, 3]));
  const uses = countUses(layers);
  const take = (name: string): tf.Tensor4D => {
    const tensor = outputs.get(name);
    if (!tensor) throw new TypeError(`network refers to ${name} before it is computed`);
    return tensor;
  };
  const release = (name: string): void => {
    const left = uses.get(name)! - 1;
    uses.set(name, left);
    if (left === 0) take(name).dispose();
  };
  let last = '';
  for (const layer of layers) {
    outputs.set(layer.name, apply(layer, take, convs));
    for (const input of inputsOf(layer)) release(input);
    last = layer.name;
  }
  return tf.mean(take(last), [1, 2]);
}

function apply(
  layer: Layer,
  take: (name: string) => tf.Tensor4D,
  convs: ReadonlyMap<string, ConvTensors>,
): tf.Tensor4D {
  switch (layer.kind) {
    case 'conv': {
      const { kernel, bias } = convs.get(layer.name)!;
      const { stride, padding } = layer;
      const x = take(layer.input);
      return tf.fused.conv2d({ x, filter: kernel, strides: stride, pad: padding, bias, activation: 'relu' });
    }
    case 'max':
      return tf.maxPool(take(layer.input), 3, layer.stride, layer.padding);
    case 'average':
      return tf.avgPool(take(layer.input), 3, layer.stride, layer.padding);
    case 'concat':
      return tf.concat(layer.inputs.map(take), 3);
  }
}

function inputsOf(layer: Layer): readonly string[] {
  return layer.kind === 'concat' ? layer.inputs : [layer.input];
}

/** How many layers read each output, so that it can be freed after the last of them. */
function countUses(layers: readonly Layer[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const layer of layers) for (const name of inputsOf(layer)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}
