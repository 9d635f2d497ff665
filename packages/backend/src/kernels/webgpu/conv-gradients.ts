import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { type Conv2DSettings, filterGradientInfo, inputGradientInfo } from '../conv2d-info.js';
import { type Kernel, nhwc } from '../kernel.js';
import { planTile, product } from './product.js';
import { type Gpu, MAX_GROUPS, make, run } from './program.js';
import { addUp } from './reductions.js';

/** Workgroups that keep a large device busy. */
const BUSY = 512;

/** Terms that each part of a sum has at least. */
const SHARE = 128;

/**
 * The gradient of a convolution with respect to its filter: the product of the unfolded images, transposed, and dy, in tiles. Where
 * the filter is small the sums are split, and the parts added up by a second program. The stock kernel has one thread for each weight.
 */
const filterGradient: Kernel = {
  name: 'Conv2DBackpropFilter',
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { x, dy } = inputs as unknown as { x: TensorInfo; dy: TensorInfo };
    const settings = attrs as unknown as Conv2DSettings & { filterShape: number[] };
    if (!nhwc(settings.dataFormat, x, dy)) return undefined;
    const info = filterGradientInfo(x, dy, settings);
    const [rows, columns] = [info.filterHeight * info.filterWidth * info.inChannels, info.outChannels];
    const terms = info.batchSize * info.outHeight * info.outWidth;
    const tile = planTile(rows, columns);
    const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
    if (down > MAX_GROUPS || across > MAX_GROUPS) return undefined;
    const most = Math.max(1, Math.min(Math.ceil(BUSY / (down * across)), Math.floor(terms / SHARE)));
    const share = Math.ceil(terms / most / tile.depth) * tile.depth;
    const split = Math.ceil(terms / share);
    const dw = make(gpu, info.filterShape)[0]!;
    const parts = split === 1 ? dw : make(gpu, [split, rows, columns])[0]!;
    run(gpu, {
      key: `${filterGradient.name} ${keyOf(info)}`,
      code: () =>
        constants(info) +
        product({
          tile,
          before: `let firstRow = group.x * ${tile.rows}u;
  let firstColumn = group.y * ${tile.columns}u;
  let start = group.z * ${share}u;
  let end = min(start + ${share}u, ${terms}u);`,
          loop: (step) => `for (var k = start; k < end; k += ${tile.depth}u) {${step}\n  }`,
          a: 'pixel(row, term, end)',
          termsInA: false,
          b: `slope(term, column, end)`,
          termsInB: false,
          store: `if (row < ${rows}u && column < ${columns}u) {
      parts[(group.z * ${rows}u + row) * ${columns}u + column] = value;
    }`,
        }) +
        `
fn pixel(row: u32, term: u32, end: u32) -> f32 {
  if (row >= ${rows}u || term >= end) { return 0.0; }
  let tap = row / CI;
  let iy = i32(term / OW % OH * SY + tap / KW * DY) - TOP;
  let ix = i32(term % OW * SX + tap % KW * DX) - LEFT;
  if (iy < 0 || iy >= i32(IH) || ix < 0 || ix >= i32(IW)) { return 0.0; }
  return x[((term / (OH * OW) * IH + u32(iy)) * IW + u32(ix)) * CI + row % CI];
}

fn slope(term: u32, column: u32, end: u32) -> f32 {
  if (column >= ${columns}u || term >= end) { return 0.0; }
  return dy[term * CO + column];
}`,
      outputs: { parts },
      inputs: { x, dy },
      groups: [down, across, split],
    });
    if (split > 1) {
      addUp(gpu, parts, [split, rows * columns], dw);
      gpu.disposeData(parts.dataId);
    }
    return dw;
  },
};

/**
 * The gradient of a convolution with respect to its images, which is also the transposed convolution. At stride s the pixels fall
 * into s × s classes, each of which only some taps reach; each class is a product in tiles of the dy that its pixels see and the filter.
 */
const inputGradient: Kernel = {
  name: 'Conv2DBackpropInput',
  run: ({ inputs, attrs, backend }) => {
    const gpu = backend as Gpu;
    const { dy, filter } = inputs as unknown as { dy: TensorInfo; filter: TensorInfo };
    const settings = attrs as unknown as Conv2DSettings & { inputShape: number[] };
    if (!nhwc(settings.dataFormat, dy, filter)) return undefined;
    const info = inputGradientInfo(dy, filter, settings);
    const { strideHeight, strideWidth } = info;
    const [high, wide] = [Math.ceil(info.inHeight / strideHeight), Math.ceil(info.inWidth / strideWidth)];
    const rows = info.batchSize * high * wide;
    const tile = planTile(rows, info.inChannels);
    const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(info.inChannels / tile.columns)];
    const classes = strideHeight * strideWidth;
    if (Math.max(down, across, classes) > MAX_GROUPS) return undefined;
    const dx = make(gpu, info.inShape)[0]!;
    run(gpu, {
      key: `${inputGradient.name} ${keyOf(info)}`,
      code: () =>
        constants(info) +
        product({
          tile,
          before: `let firstRow = group.x * ${tile.rows}u;
  let firstColumn = group.y * ${tile.columns}u;
  let classY = i32(group.z / SX);
  let classX = i32(group.z % SX);`,
          // Where the sizes are multiples of the strides, they are whole for every tap that is not left out.
          loop: (step) => `for (var kh = 0u; kh < KH; kh++) {
    let reachY = classY + TOP - i32(kh * DY);
    if (reachY % i32(SY) != 0) { continue; }
    for (var kw = 0u; kw < KW; kw++) {
      let reachX = classX + LEFT - i32(kw * DX);
      if (reachX % i32(SX) != 0) { continue; }
      for (var k = 0u; k < CO; k += ${tile.depth}u) {${step}
      }
    }
  }`,
          a: 'slope(row, term, reachY / i32(SY), reachX / i32(SX))',
          termsInA: true,
          b: 'weight(term, column, kh * KW + kw)',
          termsInB: true,
          store: `let iy = row / ${wide}u % ${high}u * SY + u32(classY);
    let ix = row % ${wide}u * SX + u32(classX);
    if (row < ${rows}u && column < CI && iy < IH && ix < IW) {
      dx[((row / ${high * wide}u * IH + iy) * IW + ix) * CI + column] = value;
    }`,
        }) +
        `
fn slope(row: u32, term: u32, reachY: i32, reachX: i32) -> f32 {
  let oy = i32(row / ${wide}u % ${high}u) + reachY;
  let ox = i32(row % ${wide}u) + reachX;
  if (row >= ${rows}u || term >= CO || oy < 0 || oy >= i32(OH) || ox < 0 || ox >= i32(OW)) { return 0.0; }
  return dy[((row / ${high * wide}u * OH + u32(oy)) * OW + u32(ox)) * CO + term];
}

fn weight(term: u32, column: u32, tap: u32) -> f32 {
  if (term >= CO || column >= CI) { return 0.0; }
  return filter_[(tap * CI + column) * CO + term];
}`,
      outputs: { dx },
      inputs: { dy, filter_: filter },
      groups: [down, across, classes],
    });
    return dx;
  },
};

/** The geometry as constants of a shader. */
function constants(info: backend_util.Conv2DInfo): string {
  const sizes: Record<string, number> = {
    ...{ IH: info.inHeight, IW: info.inWidth, CI: info.inChannels },
    ...{ OH: info.outHeight, OW: info.outWidth, CO: info.outChannels },
    ...{ KH: info.filterHeight, KW: info.filterWidth, SY: info.strideHeight, SX: info.strideWidth },
    ...{ DY: info.dilationHeight, DX: info.dilationWidth },
  };
  const lines = Object.entries(sizes).map(([name, size]) => `const ${name} = ${size}u;`);
  const { top, left } = info.padInfo;
  return [...lines, `const TOP = ${top}i;`, `const LEFT = ${left}i;`].join('\n');
}

function keyOf(info: backend_util.Conv2DInfo): string {
  const { top, left } = info.padInfo;
  const steps = [info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth];
  return [info.inShape, info.filterShape, info.outShape, steps, top, left].join(' ');
}

export const CONV_GRADIENTS: readonly Kernel[] = [filterGradient, inputGradient];
