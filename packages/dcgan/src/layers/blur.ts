import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type FixedLayer, setFixed } from './fixed.js';
import { StockDepthwiseConv2D } from './stock.js';

/** Name of a fixed low-pass filter. */
export type BlurFilter = '1-2-1' | '1-3-3-1' | 'notch';

/**
 * Fixed low-pass filters, one axis each, with sum 1. All are 0 at the highest frequency (1, −1, 1, …), the lattice that a
 * transposed convolution of stride 2 leaves. `notch` is 1 − sin⁴(ω/2): it keeps 98 % at a quarter of that frequency and 75 %
 * at half of it, where `1-2-1` keeps 85 % and 50 %.
 */
export const BLUR_FILTERS: Readonly<Record<BlurFilter, readonly number[]>> = {
  '1-2-1': [1 / 4, 2 / 4, 1 / 4],
  '1-3-3-1': [1 / 8, 3 / 8, 3 / 8, 1 / 8],
  notch: [-1 / 16, 4 / 16, 10 / 16, 4 / 16, -1 / 16],
};

/**
 * Filters `[n, h, w, c]` with the same symmetric taps along both axes, after `padding` rows and columns of zeros on each side:
 * `[n, h + 2 · padding − taps + 1, …, c]`. Its gradient is the same filter with the other padding, so it can be
 * differentiated any number of times, and costs two passes of a few taps.
 */
export function blur(x: tf.Tensor4D, taps: readonly number[], padding = 0): tf.Tensor4D {
  const filter = tf.customGrad((input) => ({
    value: filterAxes(input as tf.Tensor4D, taps, padding),
    gradFunc: (dy: tf.Tensor) => blur(dy as tf.Tensor4D, taps, taps.length - 1 - padding),
  }));
  return filter(x) as tf.Tensor4D;
}

/**
 * One axis after the other, by depthwise convolutions. Those of 3, 4 and 9 taps are about ten times as fast as those of 5 in
 * TensorFlow.js's wasm backend, so 5 taps become 9.
 */
function filterAxes(x: tf.Tensor4D, taps: readonly number[], padding: number): tf.Tensor4D {
  if (taps.length === 5) return filterAxes(x, [0, 0, ...taps, 0, 0], padding + 2);
  return tf.tidy(() => {
    const channels = x.shape[3];
    const values = taps.flatMap((tap) => Array<number>(channels).fill(tap));
    const across = tf.tensor4d(values, [1, taps.length, channels, 1]);
    const down = tf.reshape(across, [taps.length, 1, channels, 1]) as tf.Tensor4D;
    const none = [0, 0] as [number, number];
    const both = [padding, padding] as [number, number];
    const rows = tf.depthwiseConv2d(x, across, 1, [none, none, both, none]);
    return tf.depthwiseConv2d(rows, down, 1, [none, both, none, none]);
  });
}

type InputShape = Parameters<tfl.layers.Layer['build']>[0];

interface FixedBlurArgs {
  name: string;
  /** Of one axis; symmetric. */
  taps: readonly number[];
  /** True: a learnt number a channel is added. */
  useBias: boolean;
}

/**
 * A fixed filter without padding, `[n, h, w, c]` → `[n, h − taps + 1, …, c]`, for generators: it keeps the stock class
 * name, and its taps as a weight that does not train, so that a saved model opens without this package.
 */
export class FixedBlur extends StockDepthwiseConv2D implements FixedLayer {
  declare protected depthwiseKernel: tfl.LayerVariable;
  declare protected bias: tfl.LayerVariable | null;
  readonly #taps: readonly number[];

  constructor({ name, taps, useBias }: FixedBlurArgs) {
    super({ kernelSize: taps.length, useBias, depthwiseInitializer: tfl.initializers.zeros(), name });
    this.#taps = taps;
  }

  get fixed(): tfl.LayerVariable {
    return this.depthwiseKernel;
  }

  override build(inputShape: InputShape): void {
    super.build(inputShape);
    setFixed(this, this.#taps, (square) => tf.tile(square, [1, 1, this.fixed.shape[2]!, 1]));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const y = blur((Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D, this.#taps);
      return this.bias ? tf.add(y, this.bias.read()) : y;
    });
  }
}

type Shape = (number | null)[];

interface BlurArgs {
  filter: BlurFilter;
  /** Rows and columns of zeros on each side. */
  padding: number;
  name: string;
}

/** A fixed filter with padding, for discriminators: no weights. */
export class Blur extends tfl.layers.Layer {
  static className = 'Blur';
  readonly #filter: BlurFilter;
  readonly #padding: number;

  constructor(args: BlurArgs) {
    super({ name: args.name });
    this.#filter = args.filter;
    this.#padding = args.padding;
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const [n, h, w, c] = shape as Shape;
    const change = 2 * this.#padding - BLUR_FILTERS[this.#filter].length + 1;
    return [n!, h! + change, w! + change, c!];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
    return blur(x, BLUR_FILTERS[this.#filter], this.#padding);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filter: this.#filter, padding: this.#padding };
  }
}

tf.serialization.registerClass(Blur as never);
