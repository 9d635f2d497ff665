import { backend_util, type SumAttrs, type SumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Given, Kernel } from '../kernel.js';
import { overColumns, planColumns } from './columns.js';
import { type Gpu, MAX_GROUPS, make, run, takes } from './program.js';

/** Rows that one workgroup adds up by itself. */
const SHORT = 512;

/**
 * Writes the sums of the columns of `x`, taken as a matrix `[rows, columns]`, times `factor` into `y`: in chunks of rows, whose sums
 * are then added up, where there are many rows.
 */
export function addUp(
  gpu: Gpu,
  x: TensorInfo,
  [rows, columns]: readonly [number, number],
  y: TensorInfo,
  factor = 1,
): void {
  const plan = planColumns(rows, columns, rows <= SHORT);
  const { chunks, across } = plan;
  const sums = chunks === 1 ? y : make(gpu, [chunks, columns])[0]!;
  run(gpu, {
    key: `sums ${rows} ${columns}`,
    code: () =>
      overColumns(
        rows,
        columns,
        plan,
        `var sum = 0.0;
  for (var row = start; row < end; row += LANES) { sum += x[row * COLUMNS + column]; }
  let total = overLanes(local, vec2(sum, 0.0)).x;
  if (inside && local < WIDTH) { sums[chunk * COLUMNS + column] = total * settings.factor; }`,
      ),
    outputs: { sums },
    inputs: { x },
    settings: { factor: chunks === 1 ? factor : 1 },
    groups: [across, chunks, 1],
  });
  if (chunks === 1) return;
  addUp(gpu, sums, [chunks, columns], y, factor);
  gpu.disposeData(sums.dataId);
}

/**
 * Sum and Mean over all axes or over the first ones. The stock kernel has one workgroup for each sum, which is alone on the device for
 * the sum of a whole tensor, and it transposes the tensor before it sums over the first axes.
 */
function reduction(name: 'Sum' | 'Mean'): Kernel {
  return {
    name,
    run: ({ inputs, attrs, backend }) => {
      const gpu = backend as Gpu;
      const { x } = inputs as Given<SumInputs>;
      const { axis, keepDims } = attrs as unknown as SumAttrs;
      if (!takes(x)) return undefined;
      const axes = [...util.parseAxisParam(axis, x.shape)].sort((a, b) => a - b);
      if (axes.length === 0 || axes.some((a, i) => a !== i)) return undefined;
      const rows = util.sizeFromShape(x.shape.slice(0, axes.length));
      const rest = x.shape.slice(axes.length);
      const columns = util.sizeFromShape(rest);
      if (planColumns(rows, columns, rows <= SHORT).across > MAX_GROUPS) return undefined;
      const shape = keepDims ? backend_util.expandShapeToKeepDim(rest, axes) : rest;
      const y = make(gpu, shape)[0]!;
      addUp(gpu, x, [rows, columns], y, name === 'Mean' ? 1 / rows : 1);
      return y;
    },
  };
}

export const REDUCTIONS: readonly Kernel[] = [reduction('Sum'), reduction('Mean')];
