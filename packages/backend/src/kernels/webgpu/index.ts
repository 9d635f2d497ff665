import {
  type AvgPoolAttrs,
  backend_util,
  getKernel,
  type NamedAttrMap,
  type ResizeBilinearAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { CUMULATIVE } from '../cumulative.js';
import { type Kernel, overlay } from '../kernel.js';
import { BATCH_NORMS } from './batch-norm.js';
import { CONV_GRADIENTS } from './conv-gradients.js';
import { PASSES } from './passes.js';
import { REDUCTIONS } from './reductions.js';

/** Tensors that one shader can read: WebGPU allows 8 storage buffers unless more are asked for, and the output is one. */
const MAX_INPUTS = 7;

/** The part of the backend that is used here. */
interface Disposing {
  disposeData(dataId: object): boolean;
}

/**
 * AddN of any number of tensors. The stock kernel gives all of them to one shader: from 8 on it is invalid, and with it everything
 * that was to be computed in the same submission, with no error that a caller sees.
 */
const addN: Kernel = {
  name: 'AddN',
  run: ({ inputs, backend }, stock) => {
    const terms = inputs as unknown as TensorInfo[];
    if (terms.length <= MAX_INPUTS || !stock) return undefined;
    const add = (some: TensorInfo[]): TensorInfo =>
      stock({ inputs: some as never, backend, attrs: {} }) as TensorInfo;
    let sum = add(terms.slice(0, MAX_INPUTS));
    for (let i = MAX_INPUTS; i < terms.length; i += MAX_INPUTS - 1) {
      const before = sum;
      sum = add([before, ...terms.slice(i, i + MAX_INPUTS - 1)]);
      (backend as Disposing).disposeData(before.dataId);
    }
    return sum;
  },
};

/**
 * Cumsum and Cumprod from the end: the stock shader for them is kept by a key without the axis' length, so that one for another
 * length may run.
 */
function reversed({ name, run }: Kernel): Kernel {
  return {
    name,
    run: (args, stock) => {
      const { inputs, attrs, backend } = args;
      const flip = getKernel('Reverse', 'webgpu');
      if (!attrs?.reverse || !stock || !flip) return run(args, stock);
      const turned = (x: TensorInfo): TensorInfo =>
        flip.kernelFunc({ inputs: { x }, attrs: { dims: [attrs.axis as number] }, backend }) as TensorInfo;
      const x = turned(inputs.x!);
      const y = run({ ...args, inputs: { x }, attrs: { ...attrs, reverse: false } }, stock) as TensorInfo;
      const result = turned(y);
      for (const { dataId } of [x, y]) (backend as Disposing).disposeData(dataId);
      return result;
    },
  };
}

/** Refuses what the stock kernel computes wrong without a word. */
function refuse(
  name: string,
  what: string,
  wrong: (attrs: NamedAttrMap, input: TensorInfo) => boolean,
): Kernel {
  return {
    name,
    run: ({ inputs, attrs }) => {
      const input = inputs.input ?? inputs.images ?? inputs.x;
      if (!wrong(attrs!, input!)) return undefined;
      throw new RangeError(`backend webgpu computes ${what} wrong: use wasm`);
    },
  };
}

/** True where a window reaches beyond the image, or the output's size is not rounded down. */
function pads(attrs: NamedAttrMap, input: TensorInfo): boolean {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as AvgPoolAttrs;
  if (dimRoundingMode && dimRoundingMode !== 'floor') return true;
  const { padInfo } = backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
  );
  return [padInfo.top, padInfo.bottom, padInfo.left, padInfo.right].some((size) => size > 0);
}

const halfPixels = (attrs: NamedAttrMap): boolean =>
  (attrs as unknown as ResizeBilinearAttrs).halfPixelCenters;

const always = (): boolean => true;

const REFUSED: readonly Kernel[] = [
  // Seen with a window of 2 × 3.
  refuse(
    'MaxPool',
    'a max pool with explicit padding',
    (attrs, x) => typeof attrs.pad !== 'string' && pads(attrs, x),
  ),
  // Divides by the whole window, not by the part of it inside the image.
  refuse('AvgPoolGrad', 'the gradient of an average pool with padding', pads),
  refuse('AvgPool3DGrad', 'the gradient of a 3-D average pool', always),
  refuse('MaxPool3DGrad', 'the gradient of a 3-D max pool', always),
  // Takes them for whole-pixel ones.
  refuse('ResizeBilinearGrad', 'the gradient of a resize with half-pixel centres', halfPixels),
  refuse('ResizeNearestNeighborGrad', 'the gradient of a resize with half-pixel centres', halfPixels),
];

/** Adds our shaders for training, and mends or refuses the kernels of TensorFlow.js's webgpu backend that give wrong values. */
export function registerWebgpuKernels(): void {
  overlay('webgpu', addN, '@cxr/backend (JavaScript)');
  for (const kernel of [...PASSES, ...BATCH_NORMS, ...CONV_GRADIENTS, ...REDUCTIONS])
    overlay('webgpu', kernel, '@cxr/backend (WGSL)');
  for (const kernel of [...CUMULATIVE.map(reversed), ...REFUSED]) overlay('webgpu', kernel);
}
