import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type FixedLayer, setFixed } from './fixed.js';
import { StockConv2DTranspose } from './stock.js';

type InputShape = Parameters<tfl.layers.Layer['build']>[0];

/** One axis of bilinear enlargement by 2. */
const TAPS = [1 / 4, 3 / 4, 3 / 4, 1 / 4];

/**
 * Bilinear enlargement by 2 with zeros around the image, `[n, h, w, c]` → `[n, 2h, 2w, c]`: a stock transposed convolution
 * whose kernel does not train, so that a saved model opens without this package.
 */
export class FixedUpsampling extends StockConv2DTranspose implements FixedLayer {
  declare protected kernel: tfl.LayerVariable;

  constructor({ channels, name }: { channels: number; name: string }) {
    super({
      filters: channels,
      kernelSize: 4,
      strides: 2,
      padding: 'same',
      useBias: false,
      kernelInitializer: tfl.initializers.zeros(),
      name,
    });
  }

  get fixed(): tfl.LayerVariable {
    return this.kernel;
  }

  override build(inputShape: InputShape): void {
    super.build(inputShape);
    setFixed(this, TAPS, (square) => tf.mul(square, tf.eye(this.fixed.shape[3]!)));
  }
}
