import type { Conv2DAttrs, Conv2DInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { conv2dInfo } from './conv2d-info.js';
import { forward } from './convolution.js';
import { geometry } from './geometry.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';

/** Conv2D: y [n, oh, ow, co] from x [n, h, w, ci] and filter [kh, kw, ci, co]. */
export const conv2d: KernelMaker = (context) => ({
  name: 'Conv2D',
  run: ({ inputs, attrs: given }): TensorInfo | undefined => {
    const { x, filter } = inputs as Given<Conv2DInputs>;
    const attrs = given as unknown as Conv2DAttrs;
    if (!nhwc(attrs.dataFormat, x, filter)) return undefined;
    const info = conv2dInfo(x.shape, filter.shape, attrs);
    const { backend } = context;
    const y = backend.makeOutput(info.outShape, 'float32');
    forward(context, geometry(info), pointer(backend, x), filter, pointer(backend, y));
    return y;
  },
});
