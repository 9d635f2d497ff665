import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** A layer with a weight that is known beforehand and never changes: the taps of a filter. */
export interface FixedLayer extends tfl.layers.Layer {
  readonly fixed: tfl.LayerVariable;
}

/** The fixed weight of a layer that has one. */
export function fixedWeight(layer: tfl.layers.Layer): tfl.LayerVariable | undefined {
  return 'fixed' in layer ? (layer as FixedLayer).fixed : undefined;
}

/** Sets a layer's fixed weight to what `arrange` makes of the taps of both axes, `[taps, taps, 1, 1]`. */
export function setFixed(
  layer: FixedLayer,
  taps: readonly number[],
  arrange: (square: tf.Tensor4D) => tf.Tensor,
): void {
  layer.fixed.trainable = false;
  tf.tidy(() => {
    const line = tf.tensor1d([...taps]);
    layer.fixed.write(arrange(tf.reshape(tf.outerProduct(line, line), [taps.length, taps.length, 1, 1])));
  });
}
