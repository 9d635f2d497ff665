import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Shape = (number | null)[];

/**
 * Minibatch standard deviation (Karras et al., 2018, as in StyleGAN2): `[n, h, w, c]` → `[n, h, w, c + 1]`. The new channel is how much
 * the images of a group differ: the standard deviation over the group, averaged over all positions and channels. The images
 * of a group lie n / group places from each other in the batch; a batch smaller than a group is one group.
 * @throws RangeError where the batch is not a whole number of groups.
 */
export class MinibatchStd extends tfl.layers.Layer {
  static className = 'MinibatchStd';
  readonly #group: number;

  constructor({ group, name }: { group: number; name: string }) {
    super({ name });
    this.#group = group;
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const [n, h, w, c] = shape as Shape;
    return [n!, h!, w!, c! + 1];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: unknown): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tf.Tensor4D;
      const [n, h, w] = x.shape;
      const group = Math.min(this.#group, n);
      if (n % group !== 0) {
        throw new RangeError(`invalid batch: ${n} images (groups of ${group} for the minibatch deviation)`);
      }
      const groups = tf.reshape(x, [group, n / group, -1]);
      const centred = tf.sub(groups, tf.mean(groups, 0, true));
      const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), 0), 1e-8));
      const perImage = tf.reshape(tf.tile(tf.mean(deviation, 1), [group]), [n, 1, 1, 1]);
      return tf.concat([x, tf.mul(perImage, tf.ones([n, h, w, 1]))], 3);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), group: this.#group };
  }
}

tf.serialization.registerClass(MinibatchStd as never);
