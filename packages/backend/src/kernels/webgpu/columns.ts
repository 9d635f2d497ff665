import { THREADS, USE_SETTINGS } from './program.js';

/** How a workgroup goes over a matrix `[rows, columns]`: some columns side by side, and for each some threads that share its rows. */
export interface Columns {
  /** Columns of a workgroup, a power of two. */
  width: number;
  /** Threads of a column. */
  lanes: number;
  /** Workgroups side by side. */
  across: number;
  /** Rows of a workgroup. */
  rows: number;
  /** Workgroups on top of each other. */
  chunks: number;
}

/** Rows of a thread, where there are many: enough work for it, and enough threads for a large device. */
const ROWS = 16;

/** A plan for a matrix; with `whole`, a workgroup has all rows of its columns. */
export function planColumns(rows: number, columns: number, whole = false): Columns {
  const most = whole ? 16 : 64;
  const width = Math.min(powerOfTwo(columns), most);
  const lanes = THREADS / width;
  const chunks = whole ? 1 : Math.min(Math.ceil(rows / (lanes * ROWS)), 256);
  const rowsEach = Math.ceil(rows / chunks);
  return {
    width,
    lanes,
    across: Math.ceil(columns / width),
    rows: rowsEach,
    chunks: Math.ceil(rows / rowsEach),
  };
}

/** The smallest power of two that is not below `count`. */
export function powerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/**
 * A shader over the columns of a matrix: `body` may use `column`, the rows `start`, `start` + LANES, … below `end`, `chunk`, and
 * `overLanes`, which adds up two values over the threads of a column. All threads run all of it; `column` may be too large.
 */
export function overColumns(rows: number, columns: number, plan: Columns, body: string): string {
  return `
const ROWS = ${rows}u;
const COLUMNS = ${columns}u;
const WIDTH = ${plan.width}u;
const LANES = ${plan.lanes}u;
const ROWS_OF_CHUNK = ${plan.rows}u;
var<workgroup> ofLanes: array<vec2<f32>, ${THREADS}>;

fn overLanes(local: u32, value: vec2<f32>) -> vec2<f32> {
  ofLanes[local] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (local < half * WIDTH) { ofLanes[local] += ofLanes[local + half * WIDTH]; }
    workgroupBarrier();
  }
  let total = ofLanes[local % WIDTH];
  workgroupBarrier();
  return total;
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
  ${USE_SETTINGS}
  let column = group.x * WIDTH + local % WIDTH;
  let inside = column < COLUMNS;
  let chunk = group.y;
  let start = chunk * ROWS_OF_CHUNK + local / WIDTH;
  // Where the column is outside there are no rows.
  let end = select(0u, min(ROWS, (chunk + 1u) * ROWS_OF_CHUNK), inside);
  ${body}
}`;
}
