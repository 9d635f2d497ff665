// Batch normalisation of a [rows][channels] matrix, down its columns: Ioffe and Szegedy 2015, section 3. The rows have
// `stride` floats as they are stored, so that each thread can do some of the columns.
// Rows are summed in blocks before the block is added to the total, so that the error grows with the block and the
// number of blocks, not with the number of rows.

import { addInto } from './elementwise';

/** Rows in a block: as many as there are blocks where there are many rows. */
function blockOf(rows: i32): i32 {
  return max<i32>(256, <i32>Math.sqrt(<f64>rows));
}

/** sum[c] = sum over rows of x[r][c]; scratch holds `channels` floats. */
export function columnSum(x: usize, sum: usize, scratch: usize, rows: i32, channels: i32, stride: i32): void {
  const line = (<usize>channels) << 2;
  const step = (<usize>stride) << 2;
  memory.fill(sum, 0, line);
  const block = blockOf(rows);
  for (let r0 = 0; r0 < rows; r0 += block) {
    const end = min(rows, r0 + block);
    memory.fill(scratch, 0, line);
    for (let r = r0; r < end; r++) addInto(scratch, x + <usize>r * step, channels);
    addInto(sum, scratch, channels);
  }
}

/** sum[c] = sum over rows of (x[r][c] - mean[c])^2 */
function columnSquares(
  x: usize,
  mean: usize,
  sum: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  stride: i32,
): void {
  const line = (<usize>channels) << 2;
  const step = (<usize>stride) << 2;
  memory.fill(sum, 0, line);
  const block = blockOf(rows);
  for (let r0 = 0; r0 < rows; r0 += block) {
    const end = min(rows, r0 + block);
    memory.fill(scratch, 0, line);
    for (let r = r0; r < end; r++) {
      const from = x + <usize>r * step;
      let i: usize = 0;
      for (; i + 16 <= line; i += 16) {
        const d = f32x4.sub(v128.load(from + i), v128.load(mean + i));
        v128.store(scratch + i, f32x4.add(v128.load(scratch + i), f32x4.mul(d, d)));
      }
      for (; i < line; i += 4) {
        const d = load<f32>(from + i) - load<f32>(mean + i);
        store<f32>(scratch + i, load<f32>(scratch + i) + d * d);
      }
    }
    addInto(sum, scratch, channels);
  }
}

/** sum[c] = sum of dy[r][c], dot[c] = sum of dy[r][c] * (x[r][c] - mean[c]); scratch holds 2 * channels floats. */
function columnDots(
  x: usize,
  dy: usize,
  mean: usize,
  sum: usize,
  dot: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  stride: i32,
): void {
  const line = (<usize>channels) << 2;
  const step = (<usize>stride) << 2;
  memory.fill(sum, 0, line);
  memory.fill(dot, 0, line);
  const block = blockOf(rows);
  for (let r0 = 0; r0 < rows; r0 += block) {
    const end = min(rows, r0 + block);
    memory.fill(scratch, 0, 2 * line);
    for (let r = r0; r < end; r++) {
      const from = x + <usize>r * step;
      const grad = dy + <usize>r * step;
      let i: usize = 0;
      for (; i + 16 <= line; i += 16) {
        const g = v128.load(grad + i);
        const d = f32x4.sub(v128.load(from + i), v128.load(mean + i));
        v128.store(scratch + i, f32x4.add(v128.load(scratch + i), g));
        const second = scratch + line + i;
        v128.store(second, f32x4.add(v128.load(second), f32x4.mul(g, d)));
      }
      for (; i < line; i += 4) {
        const g = load<f32>(grad + i);
        const d = load<f32>(from + i) - load<f32>(mean + i);
        store<f32>(scratch + i, load<f32>(scratch + i) + g);
        const second = scratch + line + i;
        store<f32>(second, load<f32>(second) + g * d);
      }
    }
    addInto(sum, scratch, channels);
    addInto(dot, scratch + line, channels);
  }
}

/**
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta, and the mean and (biased) variance of each column;
 * scratch holds 2 * channels floats.
 */
export function batchNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  variance: usize,
  scratch: usize,
  epsilon: f32,
  rows: i32,
  channels: i32,
  stride: i32,
): void {
  const line = (<usize>channels) << 2;
  const step = (<usize>stride) << 2;
  const scale = scratch + line;
  columnSum(x, mean, scratch, rows, channels, stride);
  for (let i: usize = 0; i < line; i += 4) store<f32>(mean + i, load<f32>(mean + i) / <f32>rows);
  columnSquares(x, mean, variance, scratch, rows, channels, stride);
  for (let i: usize = 0; i < line; i += 4) {
    const spread = load<f32>(variance + i) / <f32>rows;
    store<f32>(variance + i, spread);
    store<f32>(scale + i, load<f32>(gamma + i) / sqrt<f32>(spread + epsilon));
  }
  for (let r = 0; r < rows; r++) {
    const from = x + <usize>r * step;
    const to = y + <usize>r * step;
    let i: usize = 0;
    for (; i + 16 <= line; i += 16) {
      const d = f32x4.sub(v128.load(from + i), v128.load(mean + i));
      v128.store(to + i, f32x4.add(f32x4.mul(d, v128.load(scale + i)), v128.load(beta + i)));
    }
    for (; i < line; i += 4) {
      const d = load<f32>(from + i) - load<f32>(mean + i);
      store<f32>(to + i, d * load<f32>(scale + i) + load<f32>(beta + i));
    }
  }
}

/**
 * The gradients of batchNorm: with N rows and s = 1 / sqrt(variance + epsilon),
 * dbeta = sum(dy), dgamma = s sum(dy (x - mean)),
 * dx = gamma s (dy - sum(dy) / N - (x - mean) s^2 sum(dy (x - mean)) / N); scratch holds 3 * channels floats.
 */
export function batchNormGrad(
  x: usize,
  dy: usize,
  gamma: usize,
  mean: usize,
  variance: usize,
  dx: usize,
  dgamma: usize,
  dbeta: usize,
  scratch: usize,
  epsilon: f32,
  rows: i32,
  channels: i32,
  stride: i32,
): void {
  const line = (<usize>channels) << 2;
  const step = (<usize>stride) << 2;
  const scale = scratch;
  const slope = scratch + line;
  const offset = slope + line;
  columnDots(x, dy, mean, dbeta, dgamma, scratch, rows, channels, stride);
  for (let i: usize = 0; i < line; i += 4) {
    const s = <f32>1 / sqrt<f32>(load<f32>(variance + i) + epsilon);
    const a = load<f32>(gamma + i) * s;
    const dot = load<f32>(dgamma + i);
    store<f32>(scale + i, a);
    store<f32>(slope + i, (-a * s * s * dot) / <f32>rows);
    store<f32>(offset + i, (-a * load<f32>(dbeta + i)) / <f32>rows);
    store<f32>(dgamma + i, dot * s);
  }
  for (let r = 0; r < rows; r++) {
    const from = x + <usize>r * step;
    const grad = dy + <usize>r * step;
    const to = dx + <usize>r * step;
    let i: usize = 0;
    for (; i + 16 <= line; i += 16) {
      const d = f32x4.sub(v128.load(from + i), v128.load(mean + i));
      const p = f32x4.mul(v128.load(grad + i), v128.load(scale + i));
      const q = f32x4.mul(d, v128.load(slope + i));
      v128.store(to + i, f32x4.add(f32x4.add(p, q), v128.load(offset + i)));
    }
    for (; i < line; i += 4) {
      const d = load<f32>(from + i) - load<f32>(mean + i);
      const value = load<f32>(grad + i) * load<f32>(scale + i) + d * load<f32>(slope + i);
      store<f32>(to + i, value + load<f32>(offset + i));
    }
  }
}
