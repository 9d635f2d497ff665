import type {
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropFilterInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { filterGradientInfo } from './conv2d-info.js';
import { filterGradient } from './convolution.js';
import { geometry } from './geometry.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Conv2DBackpropFilter: dfilter [kh, kw, ci, co] from x [n, h, w, ci] and dy [n, oh, ow, co]. Takes dilations. */
export const conv2dBackpropFilter: KernelMaker = (context) => ({
  name: 'Conv2DBackpropFilter',
  run: ({ inputs, attrs: given }): TensorInfo | undefined => {
    const { x, dy } = inputs as Given<Conv2DBackpropFilterInputs>;
    const attrs = given as unknown as Conv2DBackpropFilterAttrs;
    if (!nhwc(attrs.dataFormat, x, dy)) return undefined;
    const info = filterGradientInfo(x, dy, attrs);
    const { backend } = context;
    const dfilter = backend.makeOutput(info.filterShape, 'float32');
    const [from, by, to] = [x, dy, dfilter].map((t) => pointer(backend, t)) as [number, number, number];
    filterGradient(context, geometry(info), from, by, to);
    return dfilter;
  },
});
