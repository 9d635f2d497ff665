import * as tf from '@tensorflow/tfjs-core';
import { distinct, type GradientCase } from './gradient-cases.js';

/** Half the width of the central differences: a power of two, so that x ± STEP is exact to a few bits. */
const STEP = 2 ** -8;

/** Slopes that differ by more on two sides are those of a kink: second derivatives here are below KINK / STEP. */
const KINK = 0.03;

/** The output, its gradients and the same by central differences, for each input and variable of `c`, on the current backend. */
export function differentiate(
  c: GradientCase,
  { outputOnly = false }: { outputOnly?: boolean } = {},
): { y: Float32Array; pairs: { found: Float32Array; left: Float64Array; right: Float64Array }[] } {
  const before = new Set(Object.keys(tf.engine().state.registeredVariables));
  const { run, variables = [] } = c.make();
  const inputs = c.inputs.map((shape, i) => {
    const range = c.range ?? 2;
    const values = distinct(tf.util.sizeFromShape(shape), i + 1, range);
    const used = c.positive ? values.map((value) => (value + range) / 2 + range / 10) : values;
    return tf.variable(tf.tensor(used, shape));
  });
  const all = [...inputs, ...variables];
  const forward = () => run(...inputs);
  const y = tf.tidy(() => forward().dataSync()) as Float32Array;
  const clear = () => {
    const { registeredVariables } = tf.engine().state;
    for (const [name, variable] of Object.entries(registeredVariables))
      if (!before.has(name)) variable.dispose();
  };
  if (outputOnly) {
    clear();
    return { y, pairs: [] };
  }
  const dy = distinct(y.length, 99, 1);
  const { value, grads } = tf.variableGrads(() => {
    const out = forward();
    return tf.sum(tf.mul(out, tf.tensor(dy, out.shape))) as tf.Scalar;
  }, all);
  const dot = (): number =>
    (tf.tidy(() => forward().dataSync()) as Float32Array).reduce((sum, v, i) => sum + v * dy[i]!, 0);
  const pairs = all.map((variable) => {
    const values = variable.dataSync() as Float32Array;
    const probe = (i: number, step: number): number => {
      const moved = values.slice();
      moved[i] = values[i]! + step;
      const tensor = tf.tensor(moved, variable.shape);
      variable.assign(tensor);
      tensor.dispose();
      return dot();
    };
    const original = tf.tensor(values.slice(), variable.shape);
    const left = new Float64Array(values.length);
    const right = new Float64Array(values.length);
    const middle = dot();
    values.forEach((value, i) => {
      const [up, down] = [Math.fround(value + STEP), Math.fround(value - STEP)];
      const [above, below] = [probe(i, STEP), probe(i, -STEP)];
      const [slopeUp, slopeDown] = [(above - middle) / (up - value), (middle - below) / (value - down)];
      // Smooth: the central difference on both sides. Where the two differ much there is a kink within a step.
      const smooth = Math.abs(slopeUp - slopeDown) < KINK;
      const central = (above - below) / (up - down);
      left[i] = smooth ? central : Math.min(slopeUp, slopeDown);
      right[i] = smooth ? central : Math.max(slopeUp, slopeDown);
    });
    variable.assign(original);
    original.dispose();
    return { found: grads[variable.name]!.dataSync() as Float32Array, left, right };
  });
  tf.dispose([value, grads]);
  clear();
  return { y, pairs };
}
