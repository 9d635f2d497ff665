import { powerOfTwo } from './columns.js';
import { THREADS, USE_SETTINGS } from './program.js';

/** How a workgroup computes a tile of a matrix product. */
export interface Tile {
  rows: number;
  columns: number;
  /** Terms of the sums that are read at once. */
  depth: number;
  /** Rows and columns of a thread, which are `down` and `across` threads apart. */
  rowsEach: number;
  columnsEach: number;
  down: number;
  across: number;
}

/** Bytes of a workgroup's own memory: what every WebGPU device has. */
const MEMORY = 16_384;

/** The tile for a product `[rows, columns]`: at most 16 numbers a thread, and little beyond the matrix where it is small. */
export function planTile(rows: number, columns: number): Tile {
  const width = Math.min(powerOfTwo(columns), 64);
  const height = Math.max(THREADS / width, Math.min(powerOfTwo(rows), (16 * THREADS) / width, 256));
  const each = (width * height) / THREADS;
  const columnsEach = Math.min(width, each >= 8 ? 4 : each >= 4 ? 2 : 1);
  const rowsEach = each / columnsEach;
  const depth = 4 * 16 * (height + 1 + width + 1) <= MEMORY ? 16 : 8;
  return {
    ...{ rows: height, columns: width, depth, rowsEach, columnsEach },
    down: height / rowsEach,
    across: width / columnsEach,
  };
}

/** The parts of a shader for a product. */
export interface Product {
  tile: Tile;
  /** Statements before the sums; they may define what `a`, `b`, `loop` and `store` use. */
  before: string;
  /** The loops around `STEP`, which adds `depth` terms from term `k` on; the same for all threads of a workgroup. */
  loop: (step: string) => string;
  /** An expression for a number of the left matrix, at `row` and `term`; 0 outside. */
  a: string;
  /** True where neighbours in memory are terms, not rows. */
  termsInA: boolean;
  /** An expression for a number of the right matrix, at `term` and `column`; 0 outside. */
  b: string;
  termsInB: boolean;
  /** What to do with `value`, at `row` and `column`, which may lie outside. */
  store: string;
}

/**
 * A shader for a matrix product in tiles: a workgroup copies `depth` terms of its rows and columns into its own memory, then each
 * thread adds up the products of its own. The rows begin at `firstRow`, the columns at `firstColumn`.
 */
export function product(of: Product): string {
  const { tile } = of;
  // One more than the size, so that threads that write side by side do not wait for each other.
  const [strideA, strideB] = [tile.rows + 1, tile.columns + 1];
  const copy = (name: string, size: number, stride: number, first: string, terms: boolean, value: string) => {
    const line = name === 'left' ? 'row' : 'column';
    const [place, t] = terms
      ? [`e / ${tile.depth}u`, `e % ${tile.depth}u`]
      : [`e % ${size}u`, `e / ${size}u`];
    return `for (var e = local; e < ${size * tile.depth}u; e += ${THREADS}u) {
      let place = ${place};
      let t = ${t};
      let ${line} = ${first} + place;
      let term = k + t;
      ${name}[t * ${stride}u + place] = ${value};
    }`;
  };
  const each = <T>(count: number, text: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => text(i));
  const step = `
    ${copy('left', tile.rows, strideA, 'firstRow', of.termsInA, of.a)}
    ${copy('right', tile.columns, strideB, 'firstColumn', of.termsInB, of.b)}
    workgroupBarrier();
    for (var t = 0u; t < ${tile.depth}u; t++) {
      ${each(tile.rowsEach, (i) => `let a${i} = left[t * ${strideA}u + y + ${i * tile.down}u];`).join('\n      ')}
      ${each(tile.columnsEach, (j) => `let b${j} = right[t * ${strideB}u + x + ${j * tile.across}u];`).join('\n      ')}
      ${each(tile.rowsEach, (i) => each(tile.columnsEach, (j) => `sum${i}_${j} += a${i} * b${j};`).join(' ')).join('\n      ')}
    }
    workgroupBarrier();`;
  const sums = each(tile.rowsEach, (i) => each(tile.columnsEach, (j) => `var sum${i}_${j} = 0.0;`).join(' '));
  const stores = each(tile.rowsEach, (i) =>
    each(
      tile.columnsEach,
      (j) => `{
    let row = firstRow + y + ${i * tile.down}u;
    let column = firstColumn + x + ${j * tile.across}u;
    let value = sum${i}_${j};
    ${of.store}
  }`,
    ).join('\n  '),
  );
  return `
var<workgroup> left: array<f32, ${strideA * tile.depth}>;
var<workgroup> right: array<f32, ${strideB * tile.depth}>;

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
  ${USE_SETTINGS}
  let x = local % ${tile.across}u;
  let y = local / ${tile.across}u;
  ${of.before}
  ${sums.join('\n  ')}
  ${of.loop(step)}
  ${stores.join('\n  ')}
}`;
}
