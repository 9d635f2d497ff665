import { CxrFileError } from '@cxr/image';
import { BitReader } from './bit-reader.js';
import type { Parameters } from './jpeg-ls-parameters.js';

/** Samples of a scan: rows of `components` × `width`, of one component, or of all by lines or by samples. */
export interface ScanShape {
  width: number;
  height: number;
  components: number;
  /** Components alternate from line to line, or from sample to sample. */
  interleave: 'lines' | 'samples';
}

/** J of A.2.1: the length of a run, as a power of two, that one bit stands for. */
const RUN_BITS = [
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/** The contexts of ends of runs follow those of 365 gradients. */
const RUN_CONTEXT = 365;

/** One row of samples with one before and one after it: what is beyond the edges (A.2.1). */
type Row = Int32Array;

/**
 * Decodes a scan (ITU-T T.87, annex A). Calls `take` with each row from top to bottom, of each component in turn; the row's
 * samples start at index 1, and it is used again.
 * @throws CxrFileError 'truncated' or 'corrupt'.
 */
export function decodeScan(
  bytes: Uint8Array,
  { width, height, components, interleave }: ScanShape,
  parameters: Parameters,
  take: (row: Row, component: number, y: number) => void,
): void {
  const scan = new Scan(new BitReader(bytes), parameters, width);
  const rows = Array.from({ length: components }, () => ({
    above: new Int32Array(width + 2),
    current: new Int32Array(width + 2),
    run: 0,
  }));
  for (let y = 0; y < height; y++) {
    for (const row of rows) {
      row.above[width + 1] = row.above[width]!;
      row.current[0] = row.above[1]!;
    }
    if (interleave === 'samples' && components > 1) scan.samples(rows);
    else for (const row of rows) scan.line(row);
    for (const [component, row] of rows.entries()) {
      take(row.current, component, y);
      [row.above, row.current] = [row.current, row.above];
    }
  }
}

interface Rows {
  above: Row;
  current: Row;
  /** RUNindex */
  run: number;
}

/** The state of a scan: what was learnt in each context. Arrays have the standard's letters. */
class Scan {
  readonly #bits: BitReader;
  readonly #width: number;
  readonly #parameters: Parameters;
  readonly #a: Int32Array;
  readonly #b = new Int32Array(RUN_CONTEXT);
  readonly #c = new Int32Array(RUN_CONTEXT);
  readonly #n = new Int32Array(RUN_CONTEXT + 2).fill(1);
  /** Nn: negative errors at ends of runs. */
  readonly #negative = new Int32Array(2);
  /** Of each difference from -maxValue on: -4 to 4. */
  readonly #quantised: Int8Array;

  constructor(bits: BitReader, parameters: Parameters, width: number) {
    this.#bits = bits;
    this.#parameters = parameters;
    this.#width = width;
    this.#a = new Int32Array(RUN_CONTEXT + 2).fill(Math.max(2, (parameters.range + 32) >> 6));
    this.#quantised = quantised(parameters);
  }

  /** A line of one component. */
  line(rows: Rows): void {
    const { above, current } = rows;
    for (let x = 1; x <= this.#width; ) {
      const context = this.#context(above, current, x);
      if (context !== 0) {
        current[x] = this.#regular(context, above[x - 1]!, above[x]!, current[x - 1]!);
        x++;
        continue;
      }
      const end = this.#run(rows, x);
      current.fill(current[x - 1]!, x, end);
      x = end;
      if (x > this.#width) return;
      const left = current[x - 1]!;
      const up = above[x]!;
      const same = Math.abs(left - up) <= this.#parameters.near ? 1 : 0;
      const error = this.#runEnd(same, RUN_BITS[rows.run]!);
      current[x] = this.#reconstruct(same ? left : up, same || left <= up ? error : -error);
      if (rows.run > 0) rows.run--;
      x++;
    }
  }

  /** A line of all components, sample by sample: runs are of all of them (B.2.3); their state is with the first. */
  samples(rows: readonly Rows[]): void {
    const first = rows[0]!;
    for (let x = 1; x <= this.#width; ) {
      const contexts = rows.map(({ above, current }) => this.#context(above, current, x));
      if (contexts.some((context) => context !== 0)) {
        for (const [i, { above, current }] of rows.entries()) {
          current[x] = this.#regular(contexts[i]!, above[x - 1]!, above[x]!, current[x - 1]!);
        }
        x++;
        continue;
      }
      const end = this.#run(first, x);
      for (const { current } of rows) current.fill(current[x - 1]!, x, end);
      x = end;
      if (x > this.#width) return;
      for (const { above, current } of rows) {
        const error = this.#runEnd(0, RUN_BITS[first.run]!);
        current[x] = this.#reconstruct(above[x]!, current[x - 1]! <= above[x]! ? error : -error);
      }
      if (first.run > 0) first.run--;
      x++;
    }
  }

  /** 81 × the first, 9 × the second and the third quantised gradient; 0 where there may be a run. */
  #context(above: Row, current: Row, x: number): number {
    const q = this.#quantised;
    const zero = this.#parameters.maxValue;
    const [left, up, corner] = [current[x - 1]!, above[x]!, above[x - 1]!];
    return 81 * q[above[x + 1]! - up + zero]! + 9 * q[up - corner + zero]! + q[corner - left + zero]!;
  }

  /** A sample in regular mode (A.4 to A.6). */
  #regular(signedContext: number, corner: number, up: number, left: number): number {
    const sign = signedContext < 0 ? -1 : 1;
    const context = sign * signedContext;
    const { maxValue, near, limit, reset } = this.#parameters;
    const [a, b, c, n] = [this.#a, this.#b, this.#c, this.#n];
    const [low, high] = left < up ? [left, up] : [up, left];
    const edge = corner >= high ? low : corner <= low ? high : left + up - corner;
    const predicted = Math.max(0, Math.min(maxValue, edge + sign * c[context]!));
    const k = shiftFor(n[context]!, a[context]!);
    const mapped = this.#code(k, limit);
    const flipped = near === 0 && k === 0 && 2 * b[context]! <= -n[context]!;
    const half = mapped >> 1;
    const error = (mapped & 1) === (flipped ? 1 : 0) ? half : -half - 1;
    b[context] = b[context]! + error * (2 * near + 1);
    a[context] = a[context]! + Math.abs(error);
    if (n[context] === reset) {
      a[context] = a[context]! >> 1;
      b[context] = b[context]! >> 1;
      n[context] = n[context]! >> 1;
    }
    const count = n[context]! + 1;
    n[context] = count;
    if (b[context]! <= -count) {
      b[context] = Math.max(b[context]! + count, 1 - count);
      if (c[context]! > -128) c[context] = c[context]! - 1;
    } else if (b[context]! > 0) {
      b[context] = Math.min(b[context]! - count, 0);
      if (c[context]! < 127) c[context] = c[context]! + 1;
    }
    return this.#reconstruct(predicted, sign * error);
  }

  /** Where a run ends that starts at `x`: at the sample after it, or beyond the line (A.7.1). */
  #run(rows: Rows, x: number): number {
    const beyond = this.#width + 1;
    while (this.#bits.bit() === 1) {
      const length = 1 << RUN_BITS[rows.run]!;
      if (length > beyond - x) return beyond;
      x += length;
      rows.run = Math.min(31, rows.run + 1);
      if (x === beyond) return beyond;
    }
    x += this.#bits.bits(RUN_BITS[rows.run]!);
    if (x >= beyond) throw new CxrFileError('corrupt', 'a broken JPEG-LS');
    return x;
  }

  /** The error of the sample that ends a run (A.7.2). */
  #runEnd(same: 0 | 1, runBits: number): number {
    const context = RUN_CONTEXT + same;
    const { limit, reset } = this.#parameters;
    const [a, n, negative] = [this.#a, this.#n, this.#negative];
    const k = shiftFor(n[context]!, a[context]! + (same ? n[context]! >> 1 : 0));
    const mapped = this.#code(k, limit - runBits - 1);
    const odd = (mapped + same) & 1;
    const size = (mapped + same + odd) >> 1;
    const mostlyNegative = k !== 0 || 2 * negative[same]! >= n[context]! ? 1 : 0;
    const error = mostlyNegative === odd ? -size : size;
    if (error < 0) negative[same] = negative[same]! + 1;
    a[context] = a[context]! + ((mapped + 1 - same) >> 1);
    if (n[context] === reset) {
      a[context] = a[context]! >> 1;
      n[context] = n[context]! >> 1;
      negative[same] = negative[same]! >> 1;
    }
    n[context] = n[context]! + 1;
    return error;
  }

  /** A mapped error in a limited Golomb code (A.5.3). */
  #code(k: number, limit: number): number {
    const { bits } = this.#parameters;
    const longest = limit - bits - 1;
    const zeros = this.#bits.zeros(longest);
    if (zeros === longest) return this.#bits.bits(bits) + 1;
    return (zeros << k) | this.#bits.bits(k);
  }

  #reconstruct(predicted: number, error: number): number {
    const { maxValue, near, range } = this.#parameters;
    const step = 2 * near + 1;
    let value = predicted + error * step;
    if (value < -near) value += range * step;
    else if (value > maxValue + near) value -= range * step;
    return Math.max(0, Math.min(maxValue, value));
  }
}

/** The smallest shift that makes `count` at least `sum`, at most 16: more is in no whole file. */
function shiftFor(count: number, sum: number): number {
  let k = 0;
  while (k < 16 && count << k < sum) k++;
  return k;
}

function quantised({ maxValue, near, thresholds: [t1, t2, t3] }: Parameters): Int8Array {
  return Int8Array.from({ length: 2 * maxValue + 1 }, (_, i) => {
    const size = Math.abs(i - maxValue);
    const level = size <= near ? 0 : size < t1 ? 1 : size < t2 ? 2 : size < t3 ? 3 : 4;
    return i < maxValue ? -level : level;
  });
}
