import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropFilterInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { filterGradient, geometry } from './convolution.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';
import { assertGradientShape } from './plain.js';

/** Conv2DBackpropFilter: dfilter [kh, kw, ci, co] from x [n, h, w, ci] and dy [n, oh, ow, co]. Takes dilations. */
export const conv2dBackpropFilter: KernelMaker = (context) => ({
  name: 'Conv2DBackpropFilter',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x, dy } = inputs as Given<Conv2DBackpropFilterInputs>;
    const { strides, pad, dataFormat, dimRoundingMode, filterShape, dilations } =
      attrs as unknown as Conv2DBackpropFilterAttrs & { dilations?: number | [number, number] };
    if (!nhwc(dataFormat, x, dy)) return undefined;
    const info = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      dilations ?? 1,
      pad,
      dimRoundingMode,
    );
    assertGradientShape('Conv2DBackpropFilter', dy, info.outShape);
    const { backend } = context;
    const dfilter = backend.makeOutput(info.filterShape, 'float32');
    filterGradient(
      context,
      geometry(info),
      pointer(backend, x),
      pointer(backend, dy),
      pointer(backend, dfilter),
    );
    return dfilter;
  },
});
