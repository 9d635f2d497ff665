import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Conv2D } from './conv2d.js';
import { classOf, type LayerClass } from './stock.js';

/*
 * Spectral normalisation (Miyato et al., 2018): a layer applies W / σ, σ = leftᵀ W right being an estimate of the
 * largest singular value of W seen as a matrix [everything else, outputs]. The two vectors are weights that do not
 * train: `iterateSpectral` moves them by the power method between steps, so that no gradient flows through them.
 */

type DenseArgs = Parameters<typeof tfl.layers.dense>[0];
type InputShape = Parameters<tfl.layers.Layer['build']>[0];

const StockDense: LayerClass<DenseArgs> = /* @__PURE__ */ classOf<DenseArgs>(tfl.layers.dense({ units: 1 }));

interface SpectralLayer extends tfl.layers.Layer {
  vectors: Vectors;
  weight(): tf.Tensor;
}

interface Vectors {
  left: tfl.LayerVariable;
  right: tfl.LayerVariable;
}

/** Conv2D with a spectrally normalised filter. */
export class SpectralConv2D extends Conv2D implements SpectralLayer {
  static override className = 'SpectralConv2D';
  declare vectors: Vectors;

  override build(inputShape: InputShape): void {
    super.build(inputShape);
    this.vectors = addVectors(this.weight(), (name, length) =>
      this.addWeight(name, [length, 1], 'float32', tfl.initializers.ones(), undefined, false),
    );
  }

  weight(): tf.Tensor {
    return this.kernel.read();
  }

  protected override filter(): tf.Tensor4D {
    return normalised(this) as tf.Tensor4D;
  }
}

/** Dense with a spectrally normalised kernel. */
export class SpectralDense extends StockDense implements SpectralLayer {
  static override className = 'SpectralDense';
  declare protected kernel: tfl.LayerVariable;
  declare protected bias: tfl.LayerVariable | null;
  declare vectors: Vectors;

  override build(inputShape: InputShape): void {
    super.build(inputShape);
    this.vectors = addVectors(this.weight(), (name, length) =>
      this.addWeight(name, [length, 1], 'float32', tfl.initializers.ones(), undefined, false),
    );
  }

  weight(): tf.Tensor {
    return this.kernel.read();
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor2D;
      const y = tf.matMul(x, normalised(this) as tf.Tensor2D);
      return this.bias ? tf.add(y, this.bias.read()) : y;
    });
  }
}

tf.serialization.registerClass(SpectralConv2D as never);
tf.serialization.registerClass(SpectralDense as never);

/** One step of the power method for every spectral layer of a model, or more at once for fresh weights. */
export function iterateSpectral(model: tfl.LayersModel, times = 1): void {
  for (const layer of model.layers) {
    if (!(layer instanceof SpectralConv2D || layer instanceof SpectralDense)) continue;
    tf.tidy(() => {
      const { left, right } = layer.vectors;
      const w = asMatrix(layer.weight());
      for (let i = 0; i < times; i++) {
        left.write(unit(tf.matMul(w, right.read() as tf.Tensor2D)));
        right.write(unit(tf.matMul(w, left.read() as tf.Tensor2D, true)));
      }
    });
  }
}

const unit = (x: tf.Tensor): tf.Tensor => tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-12));

const asMatrix = (weight: tf.Tensor): tf.Tensor2D => tf.reshape(weight, [-1, weight.shape.at(-1)!]);

function normalised(layer: SpectralLayer): tf.Tensor {
  const { left, right } = layer.vectors;
  const weight = layer.weight();
  const image = tf.matMul(asMatrix(weight), right.read() as tf.Tensor2D);
  return tf.div(weight, tf.sum(tf.mul(image, left.read())));
}

/** Any start not orthogonal to the leading vectors will do, so the ones need no seed. */
function addVectors(weight: tf.Tensor, add: (name: string, length: number) => tfl.LayerVariable): Vectors {
  const [rows, columns] = tf.tidy(() => asMatrix(weight).shape as [number, number]);
  return { left: add('left', rows), right: add('right', columns) };
}
