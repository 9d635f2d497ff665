import {
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  engine,
  type GradConfig,
  getBackend,
  type NamedAttrMap,
  pad as padZeros,
  type Rank,
  reshape,
  slice,
  stridedSlice,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { takesDilations } from '../kernels/kernel.js';

/**
 * The gradient of Conv2D, with dilations and explicit padding on every backend.
 * TensorFlow.js's own throws for dilations above 1, and ignores how the output size was rounded.
 */
export const conv2dGradient: GradConfig = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    return gradients({ x, filter, dy: dy as Tensor4D, attrs: attrs as unknown as Conv2DAttrs });
  },
};

/** A convolution of x with filter, and the gradient that comes in for its output. */
interface Convolution {
  x: Tensor4D;
  filter: Tensor4D;
  dy: Tensor4D;
  attrs: Conv2DAttrs;
}

/** The gradients, computed when asked for. */
type Gradients = {
  x: () => Tensor4D;
  filter: () => Tensor4D;
};

function gradients(convolution: Convolution): Gradients {
  const { dilations, pad } = convolution.attrs;
  if ([dilations].flat().some((rate) => rate !== 1) && !takesDilations()) return spread(convolution);
  if (Array.isArray(pad) && getBackend() === 'tensorflow') return padded(convolution);
  return byKernels(convolution);
}

function byKernels({ x, filter, dy, attrs }: Convolution): Gradients {
  const { strides, pad, dataFormat, dimRoundingMode, dilations } = attrs;
  const shared = { strides, pad, dataFormat, dimRoundingMode, dilations };
  const run = (kernel: string, inputs: Record<string, Tensor4D>, rest: object): Tensor4D =>
    engine().runKernel(kernel, inputs, { ...shared, ...rest } as unknown as NamedAttrMap) as Tensor4D;
  const inputAttrs: Pick<Conv2DBackpropInputAttrs, 'inputShape'> = { inputShape: x.shape };
  const filterAttrs: Pick<Conv2DBackpropFilterAttrs, 'filterShape'> = { filterShape: filter.shape };
  return {
    x: () => run('Conv2DBackpropInput', { dy, filter }, inputAttrs),
    filter: () => run('Conv2DBackpropFilter', { x, dy }, filterAttrs),
  };
}

/** For kernels that take no dilations: a filter with zeros between its taps gives the same without them. */
function spread(convolution: Convolution): Gradients {
  const { filter, attrs } = convolution;
  const [kh, kw, ci, co] = filter.shape;
  const [dh, dw] = [attrs.dilations, attrs.dilations].flat() as [number, number];
  const tall = zerosAfter(filter, kh, dh - 1);
  const whole = reshape<Rank.R4>(zerosAfter(tall, kh * dh * kw, dw - 1), [kh * dh, kw * dw, ci, co]);
  const shape: Tensor4D['shape'] = [(kh - 1) * dh + 1, (kw - 1) * dw + 1, ci, co];
  const wide = slice(whole, [0, 0, 0, 0], shape);
  const found = gradients({ ...convolution, filter: wide, attrs: { ...attrs, dilations: 1 } });
  return {
    ...found,
    filter: () => stridedSlice(found.filter(), [0, 0, 0, 0], shape, [dh, dw, 1, 1]) as Tensor4D,
  };
}

/** Adds `count` rows of zeros after each of x's `rows` rows. At rank 3, since webgpu pads at most four axes. */
function zerosAfter(x: Tensor, rows: number, count: number): Tensor {
  return padZeros(reshape(x, [rows, 1, x.size / rows]), [
    [0, 0],
    [0, count],
    [0, 0],
  ]);
}

/** For tfjs-node, whose kernels take no explicit padding: puts zeros around x and then pads nothing. */
function padded(convolution: Convolution): Gradients {
  const { x, attrs } = convolution;
  const around = attrs.pad as [number, number][];
  const starts = around.map(([before]) => before) as Tensor4D['shape'];
  const found = byKernels({ ...convolution, x: padZeros(x, around), attrs: { ...attrs, pad: 'valid' } });
  return { ...found, x: () => slice(found.x(), starts, x.shape) };
}
