import * as tf from '@tensorflow/tfjs-core';

/** Decay of the anchors a step, as in the authors' code. */
const DECAY = 0.99;

const anchor = (): tf.Variable => tf.tidy(() => tf.variable(tf.scalar(0), false));

/** What a run needs to continue LeCam's anchors. */
export interface AnchorValues {
  anchorReal: number;
  anchorFake: number;
}

/**
 * LeCam regularisation (Tseng et al., 2021, equations 4 and 5): keeps the discriminator's logits near anchors, which are moving averages
 * of its logits on the other kind of images, so that it cannot run away from few reals. Each penalty is a scalar without its weight.
 */
export class LeCam {
  readonly #real: tf.Variable = anchor();
  readonly #fake: tf.Variable = anchor();

  /** E[max(0, D(x) − the fakes' anchor)²]. */
  onReals(logits: tf.Tensor): tf.Scalar {
    return tf.mean(tf.square(tf.relu(tf.sub(logits, this.#fake))));
  }

  /** E[max(0, the reals' anchor − D(G(z)))²]. */
  onFakes(logits: tf.Tensor): tf.Scalar {
    return tf.mean(tf.square(tf.relu(tf.sub(this.#real, logits))));
  }

  /** Moves the anchors towards the means of a step's logits; in the first steps faster, so that the start is soon forgotten. */
  update(logitsReal: tf.Tensor, logitsFake: tf.Tensor, step: number): void {
    const decay = Math.min(DECAY, (1 + step) / (10 + step));
    tf.tidy(() => {
      for (const [anchor, logits] of [
        [this.#real, logitsReal],
        [this.#fake, logitsFake],
      ] as const) {
        anchor.assign(tf.add(tf.mul(anchor, decay), tf.mul(tf.mean(logits), 1 - decay)));
      }
    });
  }

  async values(): Promise<AnchorValues> {
    const [real, fake] = await Promise.all([this.#real.data(), this.#fake.data()]);
    return { anchorReal: real[0]!, anchorFake: fake[0]! };
  }

  restore({ anchorReal, anchorFake }: AnchorValues): void {
    tf.tidy(() => {
      this.#real.assign(tf.scalar(anchorReal));
      this.#fake.assign(tf.scalar(anchorFake));
    });
  }

  dispose(): void {
    tf.dispose([this.#real, this.#fake]);
  }
}
