import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** One thing to differentiate: it makes its inputs and its output anew on the current backend. */
export interface GradientCase {
  /** Shapes of the inputs that are differentiated. */
  inputs: number[][];
  /** Inputs lie between −range and range. @default 2 */
  range?: number;
  /** Inputs lie between range / 10 and range: for logarithms and roots. */
  positive?: boolean;
  /** Makes the function and lists variables of its own that are differentiated too. */
  make(): { run: (...inputs: tf.Tensor[]) => tf.Tensor; variables?: tf.Variable[] };
}

/** Values in −range..range that differ from each other and from 0 by at least range / count, in a fixed wild order. */
export function distinct(count: number, seed: number, range = 2): Float32Array {
  const values = Float64Array.from({ length: count }, (_, i) => ((2 * i + 1.25) / count - 1) * range);
  let state = seed * 2654435761 + 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return Float32Array.from(values);
}

type Run = (...inputs: tf.Tensor[]) => tf.Tensor;

function op(
  inputs: number[][],
  run: (...inputs: never[]) => tf.Tensor,
  rest: Partial<GradientCase> = {},
): GradientCase {
  return { inputs, make: () => ({ run: run as unknown as Run }), ...rest };
}

/** A layer of tfjs-layers, in training mode, with its own weights differentiated too. */
function layer(
  inputs: number[][],
  create: () => tfl.layers.Layer,
  rest: Partial<GradientCase> = {},
): GradientCase {
  return {
    inputs,
    make: () => {
      const made = create();
      const run: Run = (...x) => made.apply(x.length === 1 ? x[0]! : x, { training: true }) as tf.Tensor;
      tf.tidy(() => void run(...inputs.map((shape) => tf.zeros(shape))));
      const weights = made.trainableWeights;
      const values = weights.map((weight, i) => {
        const shape = weight.shape as number[];
        return tf.tensor(distinct(tf.util.sizeFromShape(shape), 50 + i, 0.8), shape);
      });
      made.setWeights([...values, ...made.getWeights().slice(weights.length)]);
      return { run, variables: weights.map((weight) => (weight as unknown as { val: tf.Variable }).val) };
    },
    ...rest,
  };
}

const IMAGE = [2, 5, 7, 3];
const VOLUME = [2, 4, 5, 3, 2];
const SEQUENCE = [2, 7, 3];

type T4 = tf.Tensor4D;
type T5 = tf.Tensor5D;

function elementwise(): Record<string, GradientCase> {
  const shape = [2, 3, 7];
  const each: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    abs: tf.abs,
    neg: tf.neg,
    exp: tf.exp,
    expm1: tf.expm1,
    square: tf.square,
    sin: tf.sin,
    cos: tf.cos,
    tan: (x) => tf.tan(tf.mul(x, 0.5)),
    sinh: tf.sinh,
    cosh: tf.cosh,
    tanh: tf.tanh,
    atan: tf.atan,
    asinh: tf.asinh,
    erf: tf.erf,
    sigmoid: tf.sigmoid,
    logSigmoid: tf.logSigmoid,
    softplus: tf.softplus,
    relu: tf.relu,
    relu6: (x) => tf.relu6(tf.mul(x, 5)),
    elu: tf.elu,
    selu: tf.selu,
    leakyRelu: (x) => tf.leakyRelu(x, 0.2),
    softmax: (x) => tf.softmax(x),
    logSoftmax: (x) => tf.logSoftmax(x),
    clipByValue: (x) => tf.clipByValue(x, -1.01, 0.71),
    step: (x) => tf.step(x, 0.3),
    sign: tf.sign,
    reciprocal: tf.reciprocal,
  };
  const positive: Record<string, (x: tf.Tensor) => tf.Tensor> = {
    log: tf.log,
    log1p: tf.log1p,
    sqrt: tf.sqrt,
    rsqrt: tf.rsqrt,
    acosh: (x) => tf.acosh(tf.add(x, 1.1)),
    asin: (x) => tf.asin(tf.mul(x, 0.4)),
    acos: (x) => tf.acos(tf.mul(x, 0.4)),
    atanh: (x) => tf.atanh(tf.mul(x, 0.4)),
  };
  const both: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
    add: tf.add,
    sub: tf.sub,
    mul: tf.mul,
    div: tf.div,
    maximum: tf.maximum,
    minimum: tf.minimum,
    squaredDifference: tf.squaredDifference,
    atan2: tf.atan2,
    where: (a, b) => tf.where(tf.greater(a, b), tf.mul(a, 2), b),
  };
  return {
    ...Object.fromEntries(
      Object.entries(each).map(([name, run]) => [
        name,
        op([shape], run, name === 'reciprocal' ? { positive: true } : {}),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(positive).map(([name, run]) => [name, op([shape], run, { positive: true })]),
    ),
    ...Object.fromEntries(
      Object.entries(both).map(([name, run]) => [
        name,
        op([shape, shape], run, name === 'div' || name === 'atan2' ? { positive: true } : {}),
      ]),
    ),
    'add, mul, sub and div broadcast': op(
      [
        [2, 3, 5],
        [3, 1],
      ],
      (a: tf.Tensor, b: tf.Tensor) => tf.div(tf.sub(tf.mul(tf.add(a, b), b), b), tf.add(2.5, b)),
    ),
    'maximum and minimum broadcast': op([[2, 3, 5], [5]], (a: tf.Tensor, b: tf.Tensor) =>
      tf.add(tf.maximum(a, b), tf.mul(2, tf.minimum(b, a))),
    ),
    'squaredDifference broadcasts': op(
      [
        [2, 3, 5],
        [3, 1],
      ],
      tf.squaredDifference,
    ),
    prelu: op([[2, 3, 5], [5]], (x: tf.Tensor, alpha: tf.Tensor) => tf.prelu(x, alpha)),
    'pow, base and exponent': op([shape, [7]], (a: tf.Tensor, b: tf.Tensor) => tf.pow(a, b), {
      positive: true,
    }),
    'pow 3 of both signs': op([shape], (a: tf.Tensor) => tf.pow(a, 3)),
    addN: op([shape, shape, shape], (...x: tf.Tensor[]) => tf.addN(x)),
    dropout: op([shape], (x: tf.Tensor) => tf.dropout(x, 0.4, undefined, 7)),
  };
}

const REDUCTIONS: Record<string, (x: tf.Tensor, axis?: number | number[]) => tf.Tensor> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
  logSumExp: tf.logSumExp,
};

function reductions(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  for (const [name, run] of Object.entries(REDUCTIONS)) {
    for (const axis of [undefined, 0, 1, -1, [0, 2], [0, 1]]) {
      const shape = name === 'prod' ? [2, 2, 3] : [2, 3, 5];
      cases[`${name} over ${axis === undefined ? 'all' : `[${axis}]`}`] = op([shape], (x: tf.Tensor) =>
        run(x, axis),
      );
    }
  }
  cases.moments = op([[2, 3, 5]], (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, [0, 1]);
    return tf.add(mean, tf.square(variance));
  });
  cases.norm = op([[2, 3, 5]], (x: tf.Tensor) => tf.norm(x, 'euclidean', 1));
  cases.cumsum = op([[2, 3, 5]], (x: tf.Tensor) => tf.cumsum(x, 1));
  cases['cumsum exclusive, reverse'] = op([[2, 3, 5]], (x: tf.Tensor) => tf.cumsum(x, 2, true, true));
  for (const axis of [0, 1, -1]) {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true]) {
        const title = `cumprod over [${axis}], exclusive ${exclusive}, reverse ${reverse}`;
        cases[title] = op([[2, 3, 4]], (x: tf.Tensor) => tf.cumprod(x, axis, exclusive, reverse));
      }
    }
  }
  cases['cumprod of zeros'] = op([[2, 4]], (x: tf.Tensor) =>
    tf.cumprod(tf.mul(x, tf.tensor2d([1, 0, 1, 0, 0, 1, 1, 1], [2, 4])), 1),
  );
  for (const axis of [-1, -2, -3]) {
    cases[`cumsum over [${axis}]`] = op([[2, 3, 5]], (x: tf.Tensor) => tf.cumsum(x, axis, false, true));
  }
  return cases;
}

function shapes(): Record<string, GradientCase> {
  const x = [2, 3, 5];
  return {
    reshape: op([x], (x: tf.Tensor) => tf.reshape(x, [5, 6])),
    transpose: op([x], (x: tf.Tensor) => tf.transpose(x, [2, 0, 1])),
    'expandDims and squeeze': op([x], (x: tf.Tensor) => tf.squeeze(tf.mul(tf.expandDims(x, 1), 2), [1])),
    concat: op(
      [
        [2, 1, 5],
        [2, 3, 5],
        [2, 2, 5],
      ],
      (...x: tf.Tensor[]) => tf.concat(x, 1),
    ),
    stack: op([x, x], (...x: tf.Tensor[]) => tf.stack(x, 1)),
    unstack: op([x], (x: tf.Tensor) => {
      const [a, b, c] = tf.unstack(x, 1);
      return tf.add(tf.mul(a!, b!), c!);
    }),
    split: op([x], (x: tf.Tensor) => {
      const [a, b, c] = tf.split(x, [1, 3, 1], 2);
      return tf.mul(tf.mul(a!, b!), c!);
    }),
    slice: op([x], (x: tf.Tensor) => tf.slice(x, [0, 1, 2], [2, 2, 2])),
    pad: op([x], (x: tf.Tensor) =>
      tf.pad(x, [
        [0, 1],
        [2, 0],
        [1, 1],
      ]),
    ),
    'pad of rank 4': op([[2, 3, 2, 2]], (x: tf.Tensor) =>
      tf.pad(x, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
    ),
    ...Object.fromEntries(
      (['reflect', 'symmetric'] as const).flatMap((mode) => [
        [
          `mirrorPad ${mode}`,
          op([[3, 4]], (x: tf.Tensor) =>
            tf.mirrorPad(
              x,
              [
                [1, 2],
                [3, 0],
              ],
              mode,
            ),
          ),
        ],
        [
          `mirrorPad ${mode} of rank 4`,
          op([[2, 3, 4, 2]], (x: tf.Tensor) =>
            tf.mirrorPad(
              x,
              [
                [0, 0],
                [2, 1],
                [1, 3],
                [0, 1],
              ],
              mode,
            ),
          ),
        ],
      ]),
    ),
    tile: op([x], (x: tf.Tensor) => tf.tile(x, [2, 1, 3])),
    broadcastTo: op([[3, 1]], (x: tf.Tensor) => tf.broadcastTo(x, [2, 3, 5])),
    reverse: op([x], (x: tf.Tensor) => tf.reverse(x, [0, 2])),
    'gather, an index twice and one never': op([[4, 3]], (x: tf.Tensor) =>
      tf.gather(x, tf.tensor1d([2, 0, 2, 3, 2], 'int32')),
    ),
    'gather of rank 2 indices': op([[4, 3]], (x: tf.Tensor) =>
      tf.gather(x, tf.tensor2d([2, 0, 2, 3, 1, 1], [2, 3], 'int32')),
    ),
    'gather on axis 1': op([[2, 4, 3]], (x: tf.Tensor) =>
      tf.gather(x, tf.tensor1d([3, 3, 0, 1, 3], 'int32'), 1),
    ),
    'gather on the last axis': op([[2, 3, 4]], (x: tf.Tensor) =>
      tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), -1),
    ),
    'gather with batchDims 1': op([[2, 4, 3]], (x: tf.Tensor) =>
      tf.gather(x, tf.tensor2d([3, 3, 0, 1, 2, 1], [2, 3], 'int32'), 1, 1),
    ),
    unsortedSegmentSum: op([[5, 3]], (x: tf.Tensor) =>
      tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2, 3, 2], 'int32'), 5),
    ),
    'stridedSlice, steps of both signs': op([[5, 7]], (x: tf.Tensor) =>
      tf.stridedSlice(x, [0, 5], [5, 0], [2, -2]),
    ),
    'stridedSlice with begin and end masks': op([[3, 4, 5]], (x: tf.Tensor) =>
      tf.stridedSlice(x, [1, 1, 3], [2, 2, 0], [1, 2, -1], 1, 6),
    ),
    'stridedSlice, one axis dropped and one new': op([[3, 4, 5]], (x: tf.Tensor) =>
      tf.stridedSlice(x, [1, 0, 1, 2], [2, 1, 3, 4], [1, 1, 1, 1], 0, 0, 0, 2, 1),
    ),
    'topk, values': op([[2, 3, 7]], (x: tf.Tensor) => tf.topk(x, 3).values),
    'gatherND, an index twice': op([[3, 4, 2]], (x: tf.Tensor) =>
      tf.gatherND(x, tf.tensor3d([2, 1, 0, 3, 2, 1, 1, 1], [2, 2, 2], 'int32')),
    ),
    'gatherND, whole rows and one element': op([[3, 4]], (x: tf.Tensor) =>
      tf.add(
        tf.gatherND(x, tf.tensor2d([2, 2, 0], [3, 1], 'int32')),
        tf.gatherND(x, tf.tensor1d([1, 3], 'int32')),
      ),
    ),
    'scatterND, an index twice': op([[4, 3]], (x: tf.Tensor) =>
      tf.scatterND(tf.tensor2d([1, 4, 1, 0], [4, 1], 'int32'), x, [5, 3]),
    ),
    'scatterND of elements': op([[2, 2]], (x: tf.Tensor) =>
      tf.scatterND(tf.tensor3d([0, 1, 2, 2, 1, 0, 0, 1], [2, 2, 2], 'int32'), x, [3, 3]),
    ),
    depthToSpace: op([[2, 2, 3, 8]], (x: T4) => tf.depthToSpace(x, 2)),
    flipLeftRight: op([[2, 3, 5, 2]], (x: T4) => tf.image.flipLeftRight(x)),
    spaceToBatchND: op([[2, 4, 6, 2]], (x: tf.Tensor) =>
      tf.spaceToBatchND(
        x,
        [2, 3],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ),
    batchToSpaceND: op([[6, 2, 3, 1]], (x: tf.Tensor) =>
      tf.batchToSpaceND(
        x,
        [2, 3],
        [
          [0, 0],
          [0, 1],
        ],
      ),
    ),
    cast: op([x], (x: tf.Tensor) => tf.cast(tf.mul(x, 2), 'float32')),
  };
}

function products(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  for (const [ta, tb] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    cases[`matMul, transposed ${ta} ${tb}`] = op(
      [ta ? [3, 5] : [5, 3], tb ? [7, 3] : [3, 7]],
      (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, ta, tb),
    );
  }
  cases['matMul in batches'] = op(
    [
      [2, 3, 5],
      [2, 5, 2],
    ],
    (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b),
  );
  cases['matMul, one factor broadcast'] = op(
    [
      [2, 3, 5],
      [1, 5, 2],
    ],
    (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b),
  );
  cases['matMul of rank 4 by rank 3'] = op(
    [
      [2, 3, 2, 3],
      [3, 3, 2],
    ],
    (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b),
  );
  cases.dot = op(
    [
      [3, 5],
      [5, 2],
    ],
    (a: tf.Tensor, b: tf.Tensor) => tf.dot(a, b),
  );
  cases.outerProduct = op([[3], [5]], (a: tf.Tensor, b: tf.Tensor) =>
    tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D),
  );
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const) {
    cases[`fused matMul with ${activation}`] = op(
      [[3, 5], [2, 5], [2]],
      (a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D) =>
        tf.fused.matMul({ a, b, transposeB: true, bias, activation, leakyreluAlpha: 0.1 }),
    );
    cases[`fused conv2d with ${activation}`] = op(
      [[2, 5, 4, 2], [3, 2, 2, 3], [3]],
      (x: T4, filter: T4, bias: tf.Tensor1D) =>
        tf.fused.conv2d({ x, filter, strides: 2, pad: 'same', bias, activation, leakyreluAlpha: 0.1 }),
    );
    cases[`fused depthwiseConv2d with ${activation}`] = op(
      [[2, 5, 4, 2], [3, 2, 2, 2], [4]],
      (x: T4, filter: T4, bias: tf.Tensor1D) =>
        tf.fused.depthwiseConv2d({
          x,
          filter,
          strides: 2,
          pad: 'same',
          bias,
          activation,
          leakyreluAlpha: 0.1,
        }),
    );
  }
  return cases;
}

function convolutions(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  const explicit: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [1, 2],
    [2, 0],
    [0, 0],
  ];
  for (const pad of ['same', 'valid', explicit] as const) {
    const padding = typeof pad === 'string' ? pad : 'explicit';
    for (const strides of [1, 2, [2, 1] as [number, number]]) {
      const title = `stride ${strides}, ${padding}`;
      cases[`conv2d, ${title}`] = op(
        [
          [2, 5, 6, 2],
          [3, 2, 2, 3],
        ],
        (x: T4, f: T4) => tf.conv2d(x, f, strides, pad),
      );
      if (typeof strides === 'number' || padding !== 'explicit')
        cases[`depthwiseConv2d, ${title}`] = op(
          [
            [2, 5, 6, 2],
            [3, 2, 2, 3],
          ],
          (x: T4, f: T4) => tf.depthwiseConv2d(x, f, strides, pad),
        );
    }
    cases[`conv2d, dilation 2, ${padding}`] = op(
      [
        [2, 5, 6, 2],
        [3, 2, 2, 3],
      ],
      (x: T4, f: T4) => tf.conv2d(x, f, 1, pad, 'NHWC', 2),
    );
    cases[`depthwiseConv2d, dilation 2, ${padding}`] = op(
      [
        [2, 5, 6, 2],
        [3, 2, 2, 1],
      ],
      (x: T4, f: T4) => tf.depthwiseConv2d(x, f, 1, pad, 'NHWC', 2),
    );
  }
  for (const pad of ['same', 'valid'] as const) {
    for (const strides of [1, 2, [2, 1, 2] as [number, number, number]]) {
      cases[`conv3d, stride ${strides}, ${pad}`] = op([VOLUME, [3, 2, 2, 2, 2]], (x: T5, f: T5) =>
        tf.conv3d(x, f, strides, pad),
      );
    }
    for (const strides of [1, 2]) {
      const title = `stride ${strides}, ${pad}`;
      cases[`separableConv2d, ${title}`] = op(
        [
          [2, 5, 6, 2],
          [3, 2, 2, 2],
          [1, 1, 4, 3],
        ],
        (x: T4, d: T4, p: T4) => tf.separableConv2d(x, d, p, strides, pad),
      );
      cases[`conv1d, ${title}`] = op([SEQUENCE, [3, 3, 2]], (x: tf.Tensor3D, f: tf.Tensor3D) =>
        tf.conv1d(x, f, strides, pad),
      );
      cases[`dilation2d, ${title}`] = op(
        [
          [2, 5, 6, 2],
          [3, 2, 2],
        ],
        (x: T4, f: tf.Tensor3D) => tf.dilation2d(x, f, strides, pad),
      );
      const size = (n: number, k: number) =>
        pad === 'same' ? n * strides - (strides - 1) : (n - 1) * strides + k;
      cases[`conv2dTranspose, ${title}`] = op(
        [
          [2, 3, 4, 2],
          [3, 2, 3, 2],
        ],
        (x: T4, f: T4) => tf.conv2dTranspose(x, f, [2, size(3, 3), size(4, 2), 3], strides, pad),
      );
      cases[`conv3dTranspose, ${title}`] = op(
        [
          [2, 2, 3, 2, 2],
          [3, 2, 2, 3, 2],
        ],
        (x: T5, f: T5) => tf.conv3dTranspose(x, f, [2, size(2, 3), size(3, 2), size(2, 2), 3], strides, pad),
      );
    }
    cases[`conv3d, dilation 1, NDHWC, ${pad}, one channel`] = op(
      [
        [1, 3, 5, 4, 1],
        [2, 3, 1, 1, 1],
      ],
      (x: T5, f: T5) => tf.conv3d(x, f, 2, pad),
    );
  }
  cases['conv3d, dilation 2, same'] = op([VOLUME, [2, 2, 2, 2, 2]], (x: T5, f: T5) =>
    tf.conv3d(x, f, 1, 'same', 'NDHWC', 2),
  );
  cases['dilation2d, dilation 2, same'] = op(
    [
      [2, 5, 6, 2],
      [3, 2, 2],
    ],
    (x: T4, f: tf.Tensor3D) => tf.dilation2d(x, f, 1, 'same', 2),
  );
  return cases;
}

function pools(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  for (const pad of ['same', 'valid', 1] as const) {
    for (const [size, strides] of [
      [2, 2],
      [3, 2],
      [3, 1],
      [
        [2, 3],
        [1, 2],
      ],
    ] as [number | [number, number], number | [number, number]][]) {
      if (pad === 1 && size === 2) continue;
      const title = `${size}, stride ${strides}, pad ${pad}`;
      cases[`maxPool ${title}`] = op([IMAGE], (x: T4) => tf.maxPool(x, size, strides, pad));
      cases[`avgPool ${title}`] = op([IMAGE], (x: T4) => tf.avgPool(x, size, strides, pad));
    }
    for (const [size, strides] of [
      [2, 2],
      [3, 2],
      [3, 1],
    ] as const) {
      if (pad === 1 && size === 2) continue;
      const title = `${size}, stride ${strides}, pad ${pad}`;
      cases[`maxPool3d ${title}`] = op([VOLUME], (x: T5) => tf.maxPool3d(x, size, strides, pad));
      cases[`avgPool3d ${title}`] = op([VOLUME], (x: T5) => tf.avgPool3d(x, size, strides, pad));
    }
  }
  for (const [size, strides, pad] of [
    [2, 2, 'valid'],
    [3, 2, 'same'],
    [3, 1, 1],
  ] as const) {
    const title = `${size}, stride ${strides}, pad ${pad}, differentiated twice`;
    // The slope of a sum of squares, which depends on x only through the gradient of the gradient.
    const slope = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(tf.square(f(x))));
    cases[`avgPool ${title}`] = op(
      [IMAGE],
      slope((x) => tf.avgPool(x as T4, size, strides, pad)),
    );
    cases[`avgPool3d ${title}`] = op(
      [VOLUME],
      slope((x) => tf.avgPool3d(x as T5, size, strides, pad)),
    );
  }
  cases['pool max with dilation 2'] = op([IMAGE], (x: T4) => tf.pool(x, [2, 2], 'max', 'valid', [2, 2]));
  cases['pool avg with dilation 2, same'] = op([IMAGE], (x: T4) => tf.pool(x, [2, 2], 'avg', 'same', [2, 2]));
  cases['maxPool of one image without a batch'] = op([[5, 7, 2]], (x: tf.Tensor3D) =>
    tf.maxPool(x, 3, 2, 'same'),
  );
  cases['maxPool with dimRoundingMode ceil'] = op([[2, 5, 6, 2]], (x: T4) => tf.maxPool(x, 2, 2, 0, 'ceil'));
  cases['avgPool with dimRoundingMode ceil'] = op([[2, 5, 6, 2]], (x: T4) => tf.avgPool(x, 2, 2, 0, 'ceil'));
  cases['maxPool with dimRoundingMode round'] = op([[2, 5, 6, 2]], (x: T4) =>
    tf.maxPool(x, 3, 2, 1, 'round'),
  );
  return cases;
}

function resizes(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  for (const size of [
    [10, 14],
    [3, 4],
    [7, 5],
    [1, 1],
  ] as [number, number][]) {
    for (const [title, align, centers] of [
      ['', false, false],
      [', corners aligned', true, false],
      [', half-pixel centres', false, true],
    ] as const) {
      cases[`resizeBilinear to ${size}${title}`] = op([[2, 5, 7, 2]], (x: T4) =>
        tf.image.resizeBilinear(x, size, align, centers),
      );
      cases[`resizeNearestNeighbor to ${size}${title}`] = op([[2, 5, 7, 2]], (x: T4) =>
        tf.image.resizeNearestNeighbor(x, size, align, centers),
      );
    }
  }
  return cases;
}

function norms(): Record<string, GradientCase> {
  return {
    'batchNorm by given moments': op(
      [[2, 3, 4, 5], [5], [5]],
      (x: T4, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
        tf.batchNorm(
          x,
          tf.tensor1d([0.1, -0.2, 0.3, 0.5, -1]),
          tf.tensor1d([0.5, 1, 1.5, 2, 0.7]),
          offset,
          scale,
        ),
    ),
    'batchNorm, gradient of the moments': op(
      [[2, 3, 5], [5], [5]],
      (x: tf.Tensor3D, mean: tf.Tensor1D, variance: tf.Tensor1D) =>
        tf.batchNorm(x, mean, tf.add(variance, 3), tf.ones([5]), tf.fill([5], 1.5)),
    ),
    ...withoutScaleOrOffset(),
    'batchNorm, scale and offset of other shapes': op(
      [
        [2, 3, 4, 5],
        [1, 3, 1, 1],
        [1, 1, 4, 1],
      ],
      (x: T4, offset: T4, scale: T4) =>
        tf.batchNorm(x, tf.fill([1, 1, 1, 5], 0.3), tf.fill([1, 1, 1, 5], 1.7), offset, scale),
    ),
    localResponseNormalization: op([[2, 3, 2, 5]], (x: T4) =>
      tf.localResponseNormalization(x, 2, 1, 0.5, 0.75),
    ),
  };
}

/** `tf.batchNorm` with the scale, the offset, or both left out: 1 and 0. */
function withoutScaleOrOffset(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  for (const moments of [[5], [2, 3, 4, 5], [1, 3, 1, 1]]) {
    const given = (x: tf.Tensor, offset?: tf.Tensor, scale?: tf.Tensor) => {
      const count = tf.util.sizeFromShape(moments);
      const mean = tf.tensor(distinct(count, 5), moments);
      const variance = tf.add(tf.tensor(distinct(count, 6, 1), moments), 1.5);
      return tf.batchNorm(x as T4, mean as T4, variance as T4, offset as T4, scale as T4);
    };
    const x = [2, 3, 4, 5];
    const title = `moments [${moments}]`;
    cases[`batchNorm without offset and scale, ${title}`] = op([x], (x: tf.Tensor) => given(x));
    cases[`batchNorm without scale, ${title}`] = op([x, moments], (x: tf.Tensor, offset: tf.Tensor) =>
      given(x, offset),
    );
    cases[`batchNorm without offset, ${title}`] = op([x, moments], (x: tf.Tensor, scale: tf.Tensor) =>
      given(x, undefined, scale),
    );
  }
  return cases;
}

function layers(): Record<string, GradientCase> {
  const l = tfl.layers;
  const cases: Record<string, GradientCase> = {};
  for (const activation of [
    'elu',
    'hardSigmoid',
    'linear',
    'relu',
    'relu6',
    'selu',
    'sigmoid',
    'softmax',
    'softplus',
    'softsign',
    'tanh',
    'swish',
    'mish',
    'gelu',
    'gelu_new',
  ] as const) {
    cases[`dense with ${activation}`] = layer([[2, 5]], () =>
      l.dense({ units: 3, activation: activation as 'relu' }),
    );
  }
  cases.leakyReLU = layer([[2, 5]], () => l.leakyReLU());
  cases['prelu layer'] = layer([[2, 5]], () => l.prelu());
  cases['elu layer'] = layer([[2, 5]], () => l.elu());
  cases.thresholdedReLU = layer([[2, 5]], () => l.thresholdedReLU({ theta: 0.5 }));
  cases['softmax layer'] = layer([[2, 5]], () => l.softmax());
  cases['reLU with maxValue'] = layer([[2, 5]], () => l.reLU({ maxValue: 1 }));
  for (const strides of [1, 2]) {
    for (const padding of ['same', 'valid'] as const) {
      const title = `stride ${strides}, ${padding}`;
      const shared = { kernelSize: 3, strides, padding } as const;
      cases[`conv1d layer, ${title}`] = layer([SEQUENCE], () => l.conv1d({ filters: 2, ...shared }));
      cases[`conv2d layer, ${title}`] = layer([[2, 5, 6, 2]], () =>
        l.conv2d({ filters: 3, ...shared, activation: 'relu' }),
      );
      cases[`conv3d layer, ${title}`] = layer([VOLUME], () => l.conv3d({ filters: 2, ...shared }));
      cases[`conv2dTranspose layer, ${title}`] = layer([[2, 3, 4, 2]], () =>
        l.conv2dTranspose({ filters: 3, ...shared }),
      );
      cases[`conv3dTranspose layer, ${title}`] = layer([[2, 2, 3, 2, 2]], () =>
        l.conv3dTranspose({ filters: 2, ...shared }),
      );
      cases[`separableConv2d layer, ${title}`] = layer([[2, 5, 6, 2]], () =>
        l.separableConv2d({ filters: 3, ...shared, depthMultiplier: 2 }),
      );
      cases[`depthwiseConv2d layer, ${title}`] = layer([[2, 5, 6, 2]], () =>
        l.depthwiseConv2d({ ...shared, depthMultiplier: 2 }),
      );
      cases[`maxPooling1d, ${title}`] = layer([SEQUENCE], () =>
        l.maxPooling1d({ poolSize: 3, strides, padding }),
      );
      cases[`averagePooling1d, ${title}`] = layer([SEQUENCE], () =>
        l.averagePooling1d({ poolSize: 3, strides, padding }),
      );
      cases[`maxPooling2d, ${title}`] = layer([IMAGE], () =>
        l.maxPooling2d({ poolSize: 3, strides, padding }),
      );
      cases[`averagePooling2d, ${title}`] = layer([IMAGE], () =>
        l.averagePooling2d({ poolSize: 3, strides, padding }),
      );
      cases[`maxPooling3d, ${title}`] = layer([VOLUME], () =>
        l.maxPooling3d({ poolSize: [2, 3, 2], strides: [strides, strides, strides], padding }),
      );
      cases[`averagePooling3d, ${title}`] = layer([VOLUME], () =>
        l.averagePooling3d({ poolSize: [2, 3, 2], strides: [strides, strides, strides], padding }),
      );
    }
  }
  for (const dataFormat of ['channelsFirst', 'channelsLast'] as const) {
    cases[`conv2d layer, ${dataFormat}`] = layer([[2, 5, 6, 4]], () =>
      l.conv2d({ filters: 3, kernelSize: [2, 3], dataFormat }),
    );
    cases[`separableConv2d layer, ${dataFormat}`] = layer([[2, 5, 6, 4]], () =>
      l.separableConv2d({ filters: 3, kernelSize: [2, 3], dataFormat }),
    );
    cases[`depthwiseConv2d layer, ${dataFormat}`] = layer([[2, 5, 6, 4]], () =>
      l.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2, dataFormat }),
    );
    cases[`conv2dTranspose layer, ${dataFormat}`] = layer([[2, 3, 4, 2]], () =>
      l.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: 2, dataFormat }),
    );
    cases[`maxPooling2d, ${dataFormat}`] = layer([[2, 5, 6, 4]], () =>
      l.maxPooling2d({ poolSize: 2, dataFormat }),
    );
    cases[`upSampling2d nearest, ${dataFormat}`] = layer([[2, 3, 4, 2]], () =>
      l.upSampling2d({ size: [2, 3], dataFormat }),
    );
    cases[`cropping2D, ${dataFormat}`] = layer([[2, 5, 6, 4]], () =>
      l.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
        dataFormat,
      }),
    );
    cases[`zeroPadding2d, ${dataFormat}`] = layer([[2, 3, 4, 2]], () =>
      l.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
        dataFormat,
      }),
    );
    cases[`globalMaxPooling2d, ${dataFormat}`] = layer([[2, 3, 4, 2]], () =>
      l.globalMaxPooling2d({ dataFormat }),
    );
    cases[`globalAveragePooling2d, ${dataFormat}`] = layer([[2, 3, 4, 2]], () =>
      l.globalAveragePooling2d({ dataFormat }),
    );
    cases[`flatten, ${dataFormat}`] = layer([[2, 3, 4, 2]], () => l.flatten({ dataFormat }));
  }
  cases['conv2d layer, dilation 2'] = layer([[2, 7, 6, 2]], () =>
    l.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, activation: 'relu' }),
  );
  cases['depthwiseConv2d layer, dilation 2'] = layer([[2, 7, 6, 2]], () =>
    l.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 }),
  );
  cases['upSampling2d bilinear'] = layer([[2, 3, 4, 2]], () =>
    l.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }),
  );
  cases.globalMaxPooling1d = layer([SEQUENCE], () => l.globalMaxPooling1d());
  cases.globalAveragePooling1d = layer([SEQUENCE], () => l.globalAveragePooling1d());
  cases.repeatVector = layer([[2, 5]], () => l.repeatVector({ n: 3 }));
  cases['reshape layer'] = layer([[2, 4, 3]], () => l.reshape({ targetShape: [6, 2] }));
  cases.permute = layer([[2, 4, 3]], () => l.permute({ dims: [2, 1] }));
  cases.masking = layer([[2, 4, 3]], () => l.masking({ maskValue: 0 }));
  cases.dropout0 = layer([[2, 4, 3]], () => l.dropout({ rate: 0.3, seed: 3 }));
  cases.spatialDropout1d = layer([[2, 4, 3]], () => l.spatialDropout1d({ rate: 0.3, seed: 3 }));
  for (const [name, create] of Object.entries({
    add: l.add,
    multiply: l.multiply,
    average: l.average,
    maximum: l.maximum,
    minimum: l.minimum,
    concatenate: l.concatenate,
  })) {
    cases[`${name} layer`] = layer(
      [
        [2, 3, 5],
        [2, 3, 5],
        [2, 3, 5],
      ],
      () => (create as () => tfl.layers.Layer)(),
    );
  }
  cases['dot layer'] = layer(
    [
      [2, 3, 5],
      [2, 4, 5],
    ],
    () => l.dot({ axes: [2, 2] }),
  );
  cases['dot layer, normalised'] = layer(
    [
      [2, 5],
      [2, 5],
    ],
    () => l.dot({ axes: 1, normalize: true }),
  );
  for (const shape of [
    [2, 5],
    [2, 3, 4],
    [2, 3, 4, 3],
  ]) {
    cases[`batchNormalization of rank ${shape.length}`] = layer(
      [shape.map((n, i) => (i === 0 ? 3 : n))],
      () => l.batchNormalization(),
    );
    cases[`layerNormalization of rank ${shape.length}`] = layer([shape], () => l.layerNormalization());
  }
  cases['batchNormalization on axis 1'] = layer([[3, 2, 4, 3]], () => l.batchNormalization({ axis: 1 }));
  for (const [title, options] of Object.entries({
    'no scale': { scale: false },
    'no centre': { center: false },
    'neither scale nor centre': { scale: false, center: false },
  })) {
    for (const [shape, axis] of [
      [[4, 5], -1],
      [[3, 4, 2], -1],
      [[2, 3, 4, 3], 3],
      [[3, 2, 4, 3], 1],
    ] as [number[], number][]) {
      cases[`batchNormalization of [${shape}] on axis ${axis}, ${title}`] = layer([shape], () =>
        l.batchNormalization({ axis, ...options }),
      );
    }
    for (const [shape, axis] of [
      [[2, 5], -1],
      [
        [2, 3, 4],
        [1, 2],
      ],
      [[2, 3, 4, 2], 1],
    ] as [number[], number | number[]][]) {
      cases[`layerNormalization of [${shape}] on axis ${axis}, ${title}`] = layer([shape], () =>
        l.layerNormalization({ axis, ...options }),
      );
    }
  }
  const indices = () => tf.tensor2d([3, 0, 3, 1, 2, 3], [2, 3], 'int32');
  cases.embedding = {
    inputs: [],
    make: () => {
      const made = l.embedding({ inputDim: 5, outputDim: 3 });
      tf.tidy(() => {
        made.apply(indices());
        made.setWeights([tf.tensor(distinct(15, 3), [5, 3])]);
      });
      return {
        run: () => made.apply(indices()) as tf.Tensor,
        variables: made.trainableWeights.map((w) => (w as unknown as { val: tf.Variable }).val),
      };
    },
  };
  for (const [name, create] of Object.entries({ simpleRNN: l.simpleRNN, gru: l.gru, lstm: l.lstm })) {
    const make = create as (options: {
      units: number;
      returnSequences?: boolean;
      goBackwards?: boolean;
      resetAfter?: boolean;
    }) => tfl.layers.RNN;
    cases[name] = layer([[2, 4, 3]], () => make({ units: 2 }));
    cases[`${name}, all steps, backwards`] = layer([[2, 4, 3]], () =>
      make({ units: 2, returnSequences: true, goBackwards: true }),
    );
  }
  cases.convLstm2d = layer([[2, 2, 4, 4, 2]], () =>
    l.convLstm2d({ filters: 2, kernelSize: 2, padding: 'same' }),
  );
  cases.stackedRNNCells = layer([[2, 3, 2]], () =>
    l.rnn({ cell: [l.lstmCell({ units: 2 }), l.gruCell({ units: 2 }), l.simpleRNNCell({ units: 2 })] }),
  );
  cases.bidirectional = layer([[2, 3, 2]], () =>
    l.bidirectional({ layer: l.lstm({ units: 2, returnSequences: true }), mergeMode: 'concat' }),
  );
  cases['timeDistributed dense'] = layer([[2, 3, 4]], () =>
    l.timeDistributed({ layer: l.dense({ units: 2 }) }),
  );
  cases['timeDistributed conv2d'] = layer([[2, 2, 4, 4, 1]], () =>
    l.timeDistributed({ layer: l.conv2d({ filters: 2, kernelSize: 3 }) }),
  );
  cases.rescaling = layer([[2, 3, 4, 2]], () => l.rescaling({ scale: 0.5, offset: 1 }));
  cases['resizing bilinear'] = layer([[2, 5, 6, 2]], () => l.resizing({ height: 7, width: 4 }));
  cases['resizing nearest'] = layer([[2, 5, 6, 2]], () =>
    l.resizing({ height: 7, width: 4, interpolation: 'nearest' }),
  );
  for (const [shape, height, width] of [
    [[2, 5, 6, 2], 3, 4],
    [[2, 5, 6, 2], 4, 3],
    [[5, 6, 2], 5, 5],
    [[2, 5, 4, 2], 7, 3],
  ] as [number[], number, number][]) {
    cases[`centerCrop of [${shape}] to ${height} × ${width}`] = layer([shape], () =>
      l.centerCrop({ height, width }),
    );
  }
  cases['l1 and l2 regularizers'] = {
    inputs: [[3, 4]],
    make: () => {
      const r = tfl.regularizers.l1l2({ l1: 0.1, l2: 0.2 }) as unknown as { apply(x: tf.Tensor): tf.Tensor };
      return { run: (x) => r.apply(x!) };
    },
  };
  return cases;
}

function losses(): Record<string, GradientCase> {
  const cases: Record<string, GradientCase> = {};
  // Losses as a model trains with: found by the name that `model.compile` takes.
  const names = [
    'meanSquaredError',
    'meanAbsoluteError',
    'meanAbsolutePercentageError',
    'meanSquaredLogarithmicError',
    'squaredHinge',
    'hinge',
    'categoricalHinge',
    'logcosh',
    'kullbackLeiblerDivergence',
    'poisson',
    'cosineProximity',
    'categoricalCrossentropy',
    'binaryCrossentropy',
    'sparseCategoricalCrossentropy',
  ] as const;
  for (const name of names) {
    cases[`loss ${name}`] = {
      inputs: [[3, 4]],
      make: () => {
        const model = tfl.sequential({
          layers: [tfl.layers.activation({ activation: 'sigmoid', inputShape: [4] })],
        });
        model.compile({ optimizer: 'sgd', loss: name });
        const [loss] = (
          model as unknown as { model: { lossFunctions: ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor)[] } }
        ).model.lossFunctions;
        const truth = () =>
          name === 'sparseCategoricalCrossentropy'
            ? tf.tensor1d([1, 0, 3])
            : name === 'squaredHinge' || name === 'hinge'
              ? tf.tensor2d([1, -1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1], [3, 4])
              : tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1], [3, 4]);
        return { run: (x) => loss!(truth(), name.endsWith('rossentropy') ? tf.softmax(x!) : tf.sigmoid(x!)) };
      },
    };
  }
  return cases;
}

/** Every operation that tfjs-layers can train with: activations, losses, and layers, and the operations they are made of. */
export const GRADIENT_CASES: Record<string, Record<string, GradientCase>> = {
  'element by element': elementwise(),
  reductions: reductions(),
  shapes: shapes(),
  products: products(),
  convolutions: convolutions(),
  pools: pools(),
  resizes: resizes(),
  norms: norms(),
  layers: layers(),
  losses: losses(),
};
