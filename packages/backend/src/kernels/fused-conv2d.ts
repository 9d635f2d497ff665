import {
  backend_util,
  type FusedConv2DAttrs,
  type FusedConv2DInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { forward, geometry } from '../convolution.js';
import { type Given, type KernelMaker, nhwc } from '../kernel.js';
import { pointer } from '../tools.js';
import { applyEpilogue, takesEpilogue } from './epilogue.js';

/** FusedConv2D: Conv2D, then a bias a channel and relu or leaky relu. */
export const fusedConv2d: KernelMaker = (tools) => ({
  name: 'FusedConv2D',
  run: ({ inputs, attrs }): TensorInfo | undefined => {
    const { x, filter } = inputs as Given<FusedConv2DInputs>;
    const { strides, pad, dataFormat, dilations, dimRoundingMode, activation, leakyreluAlpha } =
      attrs as unknown as FusedConv2DAttrs;
    const epilogue = { bias: inputs.bias, activation, leakyreluAlpha };
    if (!nhwc(dataFormat, x, filter) || !takesEpilogue(epilogue, filter.shape[3]!)) return undefined;
    const info = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filter.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
    );
    const { backend } = tools;
    const g = geometry(info);
    const y = backend.makeOutput(info.outShape, 'float32');
    forward(tools, g, pointer(backend, x), pointer(backend, filter), pointer(backend, y));
    applyEpilogue(tools, epilogue, pointer(backend, y), g.rows, g.outChannels);
    return y;
  },
});
