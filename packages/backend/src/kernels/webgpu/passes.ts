import type { TensorInfo } from '@tensorflow/tfjs-core';
import { ADAM, type AdamAttrs } from '../../adam.js';
import { KEEP_WHERE, type KeepWhereAttrs } from '../../gradients/keep-where.js';
import { LEAKY_RELU_GRAD, type LeakyReluGradAttrs } from '../../gradients/leaky-relu.js';
import { MOVING_AVERAGE, type MovingAverageAttrs } from '../../moving-average.js';
import type { Given, Kernel } from '../kernel.js';
import { elementwise, type Gpu, groupsOver, make, run, takes } from './program.js';

/** One update of Adam: one program where TensorFlow.js's operations take 12. */
const adam: Kernel = {
  name: ADAM,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { value, first, second, gradient } = inputs as Given<
      Record<'value' | 'first' | 'second' | 'gradient', TensorInfo>
    >;
    const { rate, beta1, beta2, epsilon } = attrs as unknown as AdamAttrs;
    const [newValue, newFirst, newSecond] = make(gpu, value.shape, first.shape, second.shape) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    const news = [newValue, newFirst, newSecond];
    if (!takes(value)) return news;
    run(gpu, {
      key: ADAM,
      code: () =>
        elementwise(
          'newValue',
          `let m = first[i] * settings.beta1 + gradient[i] * settings.rest1;
    let v = second[i] * settings.beta2 + gradient[i] * gradient[i] * settings.rest2;
    newFirst[i] = m;
    newSecond[i] = v;
    newValue[i] = value[i] - m * settings.rate / (sqrt(v) + settings.epsilon);`,
        ),
      outputs: { newValue, newFirst, newSecond },
      inputs: { value, first, second, gradient },
      settings: { rate, beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon },
      groups: groupsOver(value),
    });
    return news;
  },
};

/** The gradient of LeakyRelu (of Relu with alpha 0): dx = dy where x > 0, NaN where x is, alpha dy elsewhere. */
const leakyReluGrad: Kernel = {
  name: LEAKY_RELU_GRAD,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { x, dy } = inputs as Given<{ x: TensorInfo; dy: TensorInfo }>;
    const { alpha } = attrs as unknown as LeakyReluGradAttrs;
    const dx = make(gpu, x.shape)[0]!;
    if (!takes(x)) return dx;
    run(gpu, {
      key: LEAKY_RELU_GRAD,
      // By its bits: shaders may take for granted that no number is NaN.
      code: () =>
        elementwise(
          'dx',
          `let nan = (bitcast<u32>(x[i]) & 0x7fffffffu) > 0x7f800000u;
    dx[i] = select(select(dy[i] * settings.alpha, dy[i], x[i] > 0.0), x[i], nan);`,
        ),
      outputs: { dx },
      inputs: { x, dy },
      settings: { alpha },
      groups: groupsOver(x),
    });
    return dx;
  },
};

/** x where a ≥ b (a > b with `strict`), 0 elsewhere. */
const keepWhere: Kernel = {
  name: KEEP_WHERE,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { a, b, x } = inputs as Given<{ a: TensorInfo; b: TensorInfo; x: TensorInfo }>;
    const { strict } = attrs as unknown as KeepWhereAttrs;
    const y = make(gpu, x.shape)[0]!;
    if (!takes(x)) return y;
    const comparison = strict ? '>' : '>=';
    run(gpu, {
      key: `${KEEP_WHERE} ${comparison}`,
      code: () => elementwise('y', `y[i] = select(0.0, x[i], a[i] ${comparison} b[i]);`),
      outputs: { y },
      inputs: { a, b, x },
      groups: groupsOver(x),
    });
    return y;
  },
};

/** One step of an exponential moving average. */
const movingAverage: Kernel = {
  name: MOVING_AVERAGE,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { average, latest } = inputs as Given<{ average: TensorInfo; latest: TensorInfo }>;
    const { decay } = attrs as unknown as MovingAverageAttrs;
    const y = make(gpu, average.shape)[0]!;
    if (!takes(average)) return y;
    run(gpu, {
      key: MOVING_AVERAGE,
      code: () => elementwise('y', 'y[i] = average[i] * settings.decay + latest[i] * settings.rest;'),
      outputs: { y },
      inputs: { average, latest },
      settings: { decay, rest: 1 - decay },
      groups: groupsOver(average),
    });
    return y;
  },
};

/** Kernels that read and write memory once. */
export const PASSES: readonly Kernel[] = [adam, movingAverage, leakyReluGrad, keepWhere];
