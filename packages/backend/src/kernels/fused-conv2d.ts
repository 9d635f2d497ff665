import {
  backend_util,
  type FusedConv2DAttrs,
  type FusedConv2DInputs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { forward, geometry } from './convolution.js';
import { finish } from './epilogue.js';
import { type Given, type KernelMaker, nhwc } from './kernel.js';
import { pointer } from './kernel-context.js';

/** FusedConv2D: Conv2D, then a bias and an activation. */
export const fusedConv2d: KernelMaker = (context) => ({
  name: 'FusedConv2D',
  run: (args): TensorInfo | undefined => {
    const { x, filter } = args.inputs as Given<FusedConv2DInputs>;
    const { strides, pad, dataFormat, dilations, dimRoundingMode } =
      args.attrs as unknown as FusedConv2DAttrs;
    if (!nhwc(dataFormat, x, filter)) return undefined;
    const info = backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filter.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
    );
    const { backend } = context;
    const y = backend.makeOutput(info.outShape, 'float32');
    forward(context, geometry(info), pointer(backend, x), pointer(backend, filter), pointer(backend, y));
    return finish(context, y, args);
  },
});
