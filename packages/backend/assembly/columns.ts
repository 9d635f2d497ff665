// Sums down the columns of a [rows][channels] matrix: batch norm's statistics and gradients, bias gradients.
// Rows are summed in blocks of 256 before the block is added to the total, so that the error grows with the
// block and the number of blocks, not with the number of rows.

const BLOCK: i32 = 256;

/** sum[c] = sum over rows of x[r][c]; scratch holds `channels` floats. */
export function columnSum(x: usize, sum: usize, scratch: usize, rows: i32, channels: i32): void {
  const line = (<usize>channels) << 2;
  memory.fill(sum, 0, line);
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const end = min(rows, r0 + BLOCK);
    memory.fill(scratch, 0, line);
    for (let r = r0; r < end; r++) addLine(scratch, x + <usize>r * line, channels);
    addLine(sum, scratch, channels);
  }
}

function addLine(out: usize, x: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = out + ((<usize>i) << 2);
    v128.store(at, f32x4.add(v128.load(at), v128.load(x + ((<usize>i) << 2))));
  }
  for (; i < count; i++) {
    const at = out + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(x + ((<usize>i) << 2)));
  }
}

/** sum[c] = sum over rows of (x[r][c] - mean[c])^2 */
export function columnSquares(
  x: usize,
  mean: usize,
  sum: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
): void {
  const line = (<usize>channels) << 2;
  memory.fill(sum, 0, line);
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const end = min(rows, r0 + BLOCK);
    memory.fill(scratch, 0, line);
    for (let r = r0; r < end; r++) {
      const from = x + <usize>r * line;
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
    addLine(sum, scratch, channels);
  }
}

/** sum[c] = sum of dy[r][c], dot[c] = sum of dy[r][c] * (x[r][c] - mean[c]); scratch holds 2 * channels floats. */
export function columnDots(
  x: usize,
  dy: usize,
  mean: usize,
  sum: usize,
  dot: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
): void {
  const line = (<usize>channels) << 2;
  memory.fill(sum, 0, line);
  memory.fill(dot, 0, line);
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const end = min(rows, r0 + BLOCK);
    memory.fill(scratch, 0, 2 * line);
    for (let r = r0; r < end; r++) {
      const from = x + <usize>r * line;
      const grad = dy + <usize>r * line;
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
    addLine(sum, scratch, channels);
    addLine(dot, scratch + line, channels);
  }
}

/** y[r][c] = a[c] * x[r][c] + b[c] */
export function affine(x: usize, a: usize, b: usize, y: usize, rows: i32, channels: i32): void {
  const line = (<usize>channels) << 2;
  for (let r = 0; r < rows; r++) {
    const from = x + <usize>r * line;
    const to = y + <usize>r * line;
    let i: usize = 0;
    for (; i + 16 <= line; i += 16) {
      v128.store(to + i, f32x4.add(f32x4.mul(v128.load(from + i), v128.load(a + i)), v128.load(b + i)));
    }
    for (; i < line; i += 4) store<f32>(to + i, load<f32>(from + i) * load<f32>(a + i) + load<f32>(b + i));
  }
}

/** y[r][c] = a[c] * x1[r][c] + b[c] * x2[r][c] + d[c] */
export function affine2(
  x1: usize,
  x2: usize,
  a: usize,
  b: usize,
  d: usize,
  y: usize,
  rows: i32,
  channels: i32,
): void {
  const line = (<usize>channels) << 2;
  for (let r = 0; r < rows; r++) {
    const one = x1 + <usize>r * line;
    const two = x2 + <usize>r * line;
    const to = y + <usize>r * line;
    let i: usize = 0;
    for (; i + 16 <= line; i += 16) {
      const p = f32x4.mul(v128.load(one + i), v128.load(a + i));
      const q = f32x4.mul(v128.load(two + i), v128.load(b + i));
      v128.store(to + i, f32x4.add(f32x4.add(p, q), v128.load(d + i)));
    }
    for (; i < line; i += 4) {
      store<f32>(
        to + i,
        load<f32>(one + i) * load<f32>(a + i) + load<f32>(two + i) * load<f32>(b + i) + load<f32>(d + i),
      );
    }
  }
}
