import {
  backend_util,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Given, Kernel } from './kernel.js';
import { assertGradientShape } from './plain.js';

type Four = [number, number, number, number];

/** Checks before the cpu backend's own kernels, which read past the end of a tensor where sizes do not fit. */
export const guards: readonly Kernel[] = [
  {
    name: 'Conv2DBackpropInput',
    run: ({ inputs, attrs }) => {
      const { dy, filter } = inputs as Given<Record<string, TensorInfo>>;
      const { inputShape, strides, pad, dataFormat, dimRoundingMode } =
        attrs as unknown as Conv2DBackpropInputAttrs;
      const { outShape } = backend_util.computeConv2DInfo(
        inputShape,
        filter!.shape as Four,
        strides,
        1,
        pad,
        dimRoundingMode,
        false,
        backend_util.convertConv2DDataFormat(dataFormat),
      );
      assertGradientShape('Conv2DBackpropInput', dy!, outShape);
      return undefined;
    },
  },
  {
    name: 'Conv2DBackpropFilter',
    run: ({ inputs, attrs }) => {
      const { x, dy } = inputs as Given<Record<string, TensorInfo>>;
      const { filterShape, strides, pad, dataFormat, dimRoundingMode } =
        attrs as unknown as Conv2DBackpropFilterAttrs;
      const { outShape } = backend_util.computeConv2DInfo(
        x!.shape as Four,
        filterShape,
        strides,
        1,
        pad,
        dimRoundingMode,
        false,
        backend_util.convertConv2DDataFormat(dataFormat),
      );
      assertGradientShape('Conv2DBackpropFilter', dy!, outShape);
      return undefined;
    },
  },
];
