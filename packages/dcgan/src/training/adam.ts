import { adamUpdate } from '@cxr/backend';
import * as tf from '@tensorflow/tfjs-core';

export interface AdamOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  /** Added to the square root of the second moment. Default 1e-8. */
  epsilon?: number;
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1 in the order of its section 2). The stock optimiser keeps running products
 * of its betas that do not come back bit for bit from a checkpoint; here they follow from the step number.
 */
export class Adam {
  readonly variables: readonly tf.Variable[];
  /** First and second moments, one of each for every variable. */
  readonly moments: readonly { first: tf.Variable; second: tf.Variable }[];
  readonly #options: Required<AdamOptions>;

  constructor(variables: readonly tf.Variable[], options: AdamOptions) {
    this.variables = variables;
    this.#options = { epsilon: 1e-8, ...options };
    const zeros = (variable: tf.Variable): tf.Variable =>
      tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    this.moments = variables.map((variable) => ({ first: zeros(variable), second: zeros(variable) }));
  }

  /**
   * Moves the variables against their gradients, keyed by variable name.
   * @param time which update this is, counted from 1.
   * @param factor what the learning rate is multiplied by.
   */
  update(gradients: Readonly<Record<string, tf.Tensor>>, time: number, factor = 1): void {
    const { learningRate, beta1, beta2, epsilon } = this.#options;
    const correction = Math.sqrt(1 - beta2 ** time);
    const rate = (factor * learningRate * correction) / (1 - beta1 ** time);
    const attrs = { rate, beta1, beta2, epsilon: epsilon * correction };
    tf.tidy(() => {
      for (const [i, variable] of this.variables.entries()) {
        const gradient = gradients[variable.name];
        if (!gradient) throw new TypeError(`no gradient for ${variable.name}`);
        const { first, second } = this.moments[i]!;
        const [value, m, v] = adamUpdate(variable, first, second, gradient, attrs);
        variable.assign(value);
        first.assign(m);
        second.assign(v);
      }
    });
  }

  dispose(): void {
    for (const { first, second } of this.moments) {
      first.dispose();
      second.dispose();
    }
  }
}
