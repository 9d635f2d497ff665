import * as tfl from '@tensorflow/tfjs-layers';

/*
 * The layers beside this file change how a stock layer computes while training, and nothing else: they are
 * subclasses that keep the stock class name, so that a saved model opens with plain `tf.loadLayersModel`.
 * tfjs-layers exports functions and not its classes, hence the detour over an instance.
 */

export type LayerClass<Args> = (new (args: Args) => tfl.layers.Layer) & { className: string };

type ConvArgs = Parameters<typeof tfl.layers.conv2d>[0];
type ConvTransposeArgs = Parameters<typeof tfl.layers.conv2dTranspose>[0];
type BatchNormArgs = NonNullable<Parameters<typeof tfl.layers.batchNormalization>[0]>;
type DepthwiseArgs = Parameters<typeof tfl.layers.depthwiseConv2d>[0];
type DropoutArgs = Parameters<typeof tfl.layers.dropout>[0];

export const classOf = <Args>(layer: tfl.layers.Layer): LayerClass<Args> =>
  layer.constructor as LayerClass<Args>;

export const StockConv2D: LayerClass<ConvArgs> = /* @__PURE__ */ classOf<ConvArgs>(
  tfl.layers.conv2d({ filters: 1, kernelSize: 1 }),
);
export const StockConv2DTranspose: LayerClass<ConvTransposeArgs> = /* @__PURE__ */ classOf<ConvTransposeArgs>(
  tfl.layers.conv2dTranspose({ filters: 1, kernelSize: 1 }),
);
export const StockBatchNorm: LayerClass<BatchNormArgs> = /* @__PURE__ */ classOf<BatchNormArgs>(
  tfl.layers.batchNormalization(),
);
export const StockDepthwiseConv2D: LayerClass<DepthwiseArgs> = /* @__PURE__ */ classOf<DepthwiseArgs>(
  tfl.layers.depthwiseConv2d({ kernelSize: 1 }),
);
export const StockDropout: LayerClass<DropoutArgs> = /* @__PURE__ */ classOf<DropoutArgs>(
  tfl.layers.dropout({ rate: 0 }),
);
