import { backend_util, type MaxPool3DAttrs, type MaxPoolAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import { assertGradientShape, type PlainKernel, type Plan, type Values } from './plain.js';
import { eachWindow, type Windows, windows2d, windows3d } from './windows.js';

/** The windows of a pool, the number of channels, and the output's shape. */
interface Pool {
  windows: Windows;
  channels: number;
  shape: number[];
}

type PoolOf<Attrs> = (x: TensorInfo, attrs: Attrs) => Pool;

export const pool2d: PoolOf<MaxPoolAttrs> = (x, { filterSize, strides, pad, dimRoundingMode }) => {
  // Where the padding is one number, TensorFlow.js uses the window and stride of the height for the width, too.
  const around: typeof pad =
    typeof pad === 'number'
      ? [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]
      : pad;
  const shape = x.shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, around, dimRoundingMode);
  return { windows: windows2d(info), channels: info.inChannels, shape: info.outShape };
};

const pool3d: PoolOf<MaxPool3DAttrs> = (x, { filterSize, strides, pad, dimRoundingMode }) => {
  const shape = x.shape as [number, number, number, number, number];
  const info = backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  return { windows: windows3d(info), channels: info.inChannels, shape: info.outShape };
};

/**
 * The index in x of a window's maximum in channel c: the first on ties, as in TensorFlow; NaN is the maximum.
 */
export function argMax(x: Values, channels: number, c: number, pixels: Int32Array, count: number): number {
  let best = pixels[0]! * channels + c;
  for (let k = 1; k < count; k++) {
    const at = pixels[k]! * channels + c;
    if (x[at]! > x[best]! || (Number.isNaN(x[at]!) && !Number.isNaN(x[best]!))) best = at;
  }
  return best;
}

function maxPlan({ windows, channels, shape }: Pool): Plan {
  return {
    shape,
    fill: (y, x) =>
      eachWindow(windows, (position, pixels, _, count) => {
        for (let c = 0; c < channels; c++) {
          const to = position * channels + c;
          y[to] = count > 0 ? x[argMax(x, channels, c, pixels, count)]! : -Infinity;
        }
      }),
  };
}

function averagePlan({ windows, channels, shape }: Pool): Plan {
  return {
    shape,
    fill: (y, x) =>
      eachWindow(windows, (position, pixels, _, count) => {
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          for (let k = 0; k < count; k++) sum += x[pixels[k]! * channels + c]!;
          y[position * channels + c] = count > 0 ? sum / count : 0;
        }
      }),
  };
}

function maxGradPlan({ windows, channels }: Pool, shape: number[]): Plan {
  return {
    shape,
    fill: (dx, dy, x) =>
      eachWindow(windows, (position, pixels, _, count) => {
        for (let c = 0; c < channels && count > 0; c++) {
          const at = argMax(x, channels, c, pixels, count);
          dx[at] = dx[at]! + dy[position * channels + c]!;
        }
      }),
  };
}

/** Averages leave out the padding, so each of the window's `count` pixels gets dy / count. */
function averageGradPlan({ windows, channels }: Pool, shape: number[]): Plan {
  return {
    shape,
    fill: (dx, dy) =>
      eachWindow(windows, (position, pixels, _, count) => {
        for (let k = 0; k < count; k++) {
          const to = pixels[k]! * channels;
          for (let c = 0; c < channels; c++) dx[to + c] = dx[to + c]! + dy[position * channels + c]! / count;
        }
      }),
  };
}

/** True where the backends' own kernels are right: no uneven windows with numeric padding, no rounding other than floor. */
function isPlain({ filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs): boolean {
  const even = [filterSize, strides].every((pair) => !Array.isArray(pair) || pair[0] === pair[1]);
  return (
    (typeof pad === 'string' || (typeof pad === 'number' && even)) && (dimRoundingMode ?? 'floor') === 'floor'
  );
}

/** False where a value is NaN or infinite: stock pools leave out NaN, which hides that training has diverged. */
function allFinite(values: Values): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return false;
  return true;
}

function forward2d(name: string, plan: (pool: Pool) => Plan): PlainKernel {
  return {
    name,
    inputs: ['x'],
    plan: ({ x }, attrs: MaxPoolAttrs, valuesOf) =>
      x!.dtype !== 'float32' || (isPlain(attrs) && allFinite(valuesOf(x!)))
        ? undefined
        : plan(pool2d(x!, attrs)),
  };
}

function gradient<Attrs>(
  name: string,
  inputs: readonly string[],
  poolOf: PoolOf<Attrs>,
  plan: (pool: Pool, shape: number[]) => Plan,
): PlainKernel {
  return {
    name,
    inputs,
    plan: ({ dy, input }, attrs: Attrs) => {
      const pool = poolOf(input!, attrs);
      assertGradientShape(name, dy!, pool.shape);
      return plan(pool, input!.shape);
    },
  };
}

/**
 * Pools and their gradients. Stock max-pool gradients are wrong where a window's maximum is negative, and on ties; stock
 * average-pool gradients divide by the whole window at the edges; stock wasm is wrong for 3-D maxima of negative values.
 */
export const POOLS: readonly PlainKernel[] = [
  forward2d('MaxPool', maxPlan),
  forward2d('AvgPool', averagePlan),
  {
    name: 'MaxPool3D',
    inputs: ['x'],
    plan: ({ x }, attrs: MaxPool3DAttrs) => (x!.dtype === 'float32' ? maxPlan(pool3d(x!, attrs)) : undefined),
  },
  gradient('MaxPoolGrad', ['dy', 'input'], pool2d, maxGradPlan),
  gradient('AvgPoolGrad', ['dy'], pool2d, averageGradPlan),
  gradient('MaxPool3DGrad', ['dy', 'input'], pool3d, maxGradPlan),
  gradient('AvgPool3DGrad', ['dy'], pool3d, averageGradPlan),
];
