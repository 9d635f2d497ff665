import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { BATCH_NORM, BATCH_NORM_GRAD, type BatchNormAttrs } from '../../batch-norm.js';
import type { Given, Kernel } from '../kernel.js';
import { overColumns, planColumns } from './columns.js';
import { elementwise, type Gpu, groupsOver, make, run, takes } from './program.js';

/**
 * Batch normalisation by the batch's own moments in three programs. The mean and the sum of squares about it are found in chunks of rows
 * and put together (Chan, Golub and LeVeque, 1983), so that a mean that is large beside the deviation costs no digits.
 */
const batchNorm: Kernel = {
  name: BATCH_NORM,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { x, gamma, beta } = inputs as Given<Record<'x' | 'gamma' | 'beta', TensorInfo>>;
    const { epsilon } = attrs as unknown as BatchNormAttrs;
    if (!takes(x)) return undefined;
    const [rows, channels] = matrix(x);
    const plan = planColumns(rows, channels);
    const whole = planColumns(plan.chunks, channels, true);
    const [y, mean, variance, parts] = make(
      gpu,
      x.shape,
      [channels],
      [channels],
      [plan.chunks, 2, channels],
    ) as [TensorInfo, TensorInfo, TensorInfo, TensorInfo];
    const key = `${BATCH_NORM} ${rows} ${channels}`;
    run(gpu, {
      key: `${key} parts`,
      code: () =>
        overColumns(
          rows,
          channels,
          plan,
          `let count = f32(min(ROWS, (chunk + 1u) * ROWS_OF_CHUNK) - chunk * ROWS_OF_CHUNK);
  var sum = 0.0;
  for (var row = start; row < end; row += LANES) { sum += x[row * COLUMNS + column]; }
  let mean = overLanes(local, vec2(sum, 0.0)).x / count;
  var squares = 0.0;
  for (var row = start; row < end; row += LANES) {
    let distance = x[row * COLUMNS + column] - mean;
    squares += distance * distance;
  }
  let total = overLanes(local, vec2(squares, 0.0)).x;
  if (inside && local < WIDTH) {
    parts[chunk * 2u * COLUMNS + column] = mean;
    parts[(chunk * 2u + 1u) * COLUMNS + column] = total;
  }`,
        ),
      outputs: { parts },
      inputs: { x },
      groups: [plan.across, plan.chunks, 1],
    });
    run(gpu, {
      key: `${key} moments`,
      code: () =>
        overColumns(
          plan.chunks,
          channels,
          whole,
          `const ALL = ${rows}u;
  const EACH = ${plan.rows}u;
  var sum = 0.0;
  for (var part = start; part < end; part += LANES) {
    sum += parts[part * 2u * COLUMNS + column] * f32(min(ALL, (part + 1u) * EACH) - part * EACH);
  }
  let middle = overLanes(local, vec2(sum, 0.0)).x / f32(ALL);
  var squares = 0.0;
  for (var part = start; part < end; part += LANES) {
    let distance = parts[part * 2u * COLUMNS + column] - middle;
    let count = f32(min(ALL, (part + 1u) * EACH) - part * EACH);
    squares += parts[(part * 2u + 1u) * COLUMNS + column] + count * distance * distance;
  }
  let total = overLanes(local, vec2(squares, 0.0)).x;
  if (inside && local < WIDTH) {
    mean[column] = middle;
    variance[column] = total / f32(ALL);
  }`,
        ),
      outputs: { mean, variance },
      inputs: { parts },
      groups: [whole.across, 1, 1],
    });
    gpu.disposeData(parts.dataId);
    run(gpu, {
      key: `${BATCH_NORM} ${channels}`,
      code: () =>
        elementwise(
          'y',
          `let c = i % ${channels}u;
    y[i] = (x[i] - mean[c]) * (gamma[c] * inverseSqrt(variance[c] + settings.epsilon)) + beta[c];`,
        ),
      outputs: { y },
      inputs: { x, gamma, beta, mean, variance },
      settings: { epsilon },
      groups: groupsOver(x),
    });
    return [y, mean, variance];
  },
};

/** The gradients of batch normalisation in three programs: [dx, dgamma, dbeta] from x, dy, gamma and the batch's moments. */
const batchNormGrad: Kernel = {
  name: BATCH_NORM_GRAD,
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { x, dy, gamma, mean, variance } = inputs as Given<
      Record<'x' | 'dy' | 'gamma' | 'mean' | 'variance', TensorInfo>
    >;
    const { epsilon } = attrs as unknown as BatchNormAttrs;
    if (!takes(x)) return undefined;
    const [rows, channels] = matrix(x);
    const plan = planColumns(rows, channels);
    const whole = planColumns(plan.chunks, channels, true);
    const [dx, dgamma, dbeta, parts] = make(
      gpu,
      x.shape,
      [channels],
      [channels],
      [plan.chunks, 2, channels],
    ) as [TensorInfo, TensorInfo, TensorInfo, TensorInfo];
    const key = `${BATCH_NORM_GRAD} ${rows} ${channels}`;
    run(gpu, {
      key: `${key} parts`,
      code: () =>
        overColumns(
          rows,
          channels,
          plan,
          `let middle = mean[min(column, COLUMNS - 1u)];
  var sum = vec2(0.0);
  for (var row = start; row < end; row += LANES) {
    let i = row * COLUMNS + column;
    sum += vec2(dy[i], dy[i] * (x[i] - middle));
  }
  let total = overLanes(local, sum);
  if (inside && local < WIDTH) {
    parts[chunk * 2u * COLUMNS + column] = total.x;
    parts[(chunk * 2u + 1u) * COLUMNS + column] = total.y;
  }`,
        ),
      outputs: { parts },
      inputs: { x, dy, mean },
      groups: [plan.across, plan.chunks, 1],
    });
    run(gpu, {
      key: `${key} sums`,
      code: () =>
        overColumns(
          plan.chunks,
          channels,
          whole,
          `var sum = vec2(0.0);
  for (var part = start; part < end; part += LANES) {
    sum += vec2(parts[part * 2u * COLUMNS + column], parts[(part * 2u + 1u) * COLUMNS + column]);
  }
  let total = overLanes(local, sum);
  if (inside && local < WIDTH) {
    dbeta[column] = total.x;
    dgamma[column] = total.y * inverseSqrt(variance[column] + settings.epsilon);
  }`,
        ),
      outputs: { dgamma, dbeta },
      inputs: { parts, variance },
      settings: { epsilon },
      groups: [whole.across, 1, 1],
    });
    gpu.disposeData(parts.dataId);
    run(gpu, {
      key: `${key} dx`,
      code: () =>
        elementwise(
          'dx',
          `let c = i % ${channels}u;
    let inverse = inverseSqrt(variance[c] + settings.epsilon);
    let slope = inverse * dgamma[c] / ${rows}.0;
    dx[i] = (dy[i] - dbeta[c] / ${rows}.0 - (x[i] - mean[c]) * slope) * (gamma[c] * inverse);`,
        ),
      outputs: { dx },
      inputs: { x, dy, gamma, mean, variance, dgamma, dbeta },
      settings: { epsilon },
      groups: groupsOver(x),
    });
    return [dx, dgamma, dbeta];
  },
};

/** Rows and channels of x, `[..., c]`. */
function matrix(x: TensorInfo): [rows: number, channels: number] {
  const channels = x.shape.at(-1)!;
  return [util.sizeFromShape(x.shape) / channels, channels];
}

export const BATCH_NORMS: readonly Kernel[] = [batchNorm, batchNormGrad];
