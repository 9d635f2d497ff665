import { claim } from '../simd/kernels.js';
import { fixedWeight } from './resize-8bit.js';
import type { Taps } from './resize-filter.js';

/** How many bits of a weight (a whole number of 2^-22) go into its low half. */
const LOW_BITS = 12;

/**
 * Both passes over `[height, width, channels]` in WebAssembly SIMD, with the same results as the plain loops; null without SIMD.
 * A pass without taps is skipped. The result is written to `into` if that is given.
 */
export function resizeSimd8(
  data: Uint8Array,
  height: number,
  width: number,
  channels: number,
  across: Taps | undefined,
  down: Taps | undefined,
  into?: Uint8Array | undefined,
): Uint8Array | null {
  const rowLength = (across?.length ?? width) * channels;
  const outHeight = down?.length ?? height;
  const groups = across && channels === 1 ? groupTaps(across) : null;
  const rows = across && !groups ? packTaps(across, channels === 1 ? 8 : 4) : undefined;
  const columns = down && packTaps(down, 2);
  const room = claim(
    data.length,
    // The columns' kernel reads two rows at a time, so one row after the last is read, with weight 0.
    (height + 1) * rowLength,
    outHeight * rowLength,
    groups?.byteLength ?? rows?.bytes ?? 0,
    columns?.bytes ?? 0,
  );
  if (!room) return null;
  const { kernels, bytes, at } = room;
  const [source, between, target, rowTaps, columnTaps] = at as [number, number, number, number, number];
  const middle = across ? between : source;
  const end = columns ? target : middle;
  bytes.set(data, source);
  if (groups) {
    new Uint8Array(bytes.buffer, rowTaps, groups.byteLength).set(new Uint8Array(groups));
    const pairs = pairsOf(across!);
    const count = groups.byteLength / groupBytes(pairs);
    kernels.rowsGreyFew(source, between, height, width, rowLength, rowTaps, count, pairs);
  } else if (rows) {
    const { starts, weights, size } = writeTaps(rows, bytes.buffer, rowTaps);
    const kernel = channels === 1 ? kernels.rowsGrey : kernels.rowsRgb;
    kernel(source, between, height, width, rows.length, starts, weights, size);
  }
  if (columns) {
    const { starts, counts, weights, size } = writeTaps(columns, bytes.buffer, columnTaps);
    kernels.columns(middle, target, rowLength, columns.length, starts, counts, weights, size);
  }
  const result = bytes.subarray(end, end + outHeight * rowLength);
  if (!into) return result.slice();
  into.set(result);
  return into;
}

/** Outputs that the kernel for few taps makes at a time, and source samples that it reads for them. */
const GROUP = 4;
const WINDOW = 16;

const grouped = new WeakMap<Taps, ArrayBuffer | null>();

/** Taps in the form of the kernel for few taps; null if they are too many. The same taps are packed only once. */
function groupTaps(taps: Taps): ArrayBuffer | null {
  let made = grouped.get(taps);
  if (made === undefined) {
    made = packGroups(taps);
    grouped.set(taps, made);
  }
  return made;
}

/** Pairs of taps of the output that has most. */
function pairsOf({ counts }: Taps): number {
  return Math.ceil(counts.reduce((a, b) => Math.max(a, b), 0) / 2);
}

function groupBytes(pairs: number): number {
  return 16 + 48 * pairs;
}

function packGroups(taps: Taps): ArrayBuffer | null {
  const { length, starts, counts } = taps;
  if (length < GROUP) return null;
  const pairs = pairsOf(taps);
  const size = groupBytes(pairs);
  const made = new ArrayBuffer(Math.ceil(length / GROUP) * size);
  for (let g = 0; g * GROUP < length; g++) {
    // The last group overlaps the one before it, so that nothing is written after the row.
    const first = Math.min(g * GROUP, length - GROUP);
    const last = first + GROUP - 1;
    if (starts[last]! + counts[last]! - starts[first]! > WINDOW) return null;
    new Int32Array(made, g * size, 2).set([starts[first]!, first]);
    for (let pair = 0; pair < pairs; pair++) packPair(taps, first, pair, made, g * size + 16 + 48 * pair);
  }
  return made;
}

/** Two taps of four outputs. */
function packPair(
  { size, starts, counts, weights }: Taps,
  first: number,
  pair: number,
  to: ArrayBuffer,
  at: number,
): void {
  const pick = new Uint8Array(to, at, 16).fill(255);
  const high = new Int16Array(to, at + 16, 8);
  const low = new Int16Array(to, at + 32, 8);
  for (let i = 0; i < 2 * GROUP; i++) {
    const output = first + (i >> 1);
    const tap = 2 * pair + (i & 1);
    if (tap >= counts[output]!) continue;
    pick[2 * i] = starts[output]! + tap - starts[first]!;
    [high[i], low[i]] = parts(fixedWeight(weights[output * size + tap]!));
  }
}

/** The high and the low part of a weight. */
function parts(weight: number): [high: number, low: number] {
  return [weight >> LOW_BITS, weight & ((1 << LOW_BITS) - 1)];
}

interface PackedTaps {
  length: number;
  /** Taps of each output, rounded up to what the kernel takes at a time; the added ones have weight 0. */
  size: number;
  starts: Int32Array;
  counts: Int32Array;
  /** `[length, 2, size]`: for each output the high parts of its weights, then the low parts. */
  weights: Int16Array;
  bytes: number;
}

const packed = new WeakMap<Taps, Map<number, PackedTaps>>();

/** Taps in the form that the kernels take. The same taps are packed only once. */
function packTaps(taps: Taps, multiple: number): PackedTaps {
  const known = packed.get(taps) ?? new Map<number, PackedTaps>();
  packed.set(taps, known);
  const made = known.get(multiple) ?? pack(taps, multiple);
  known.set(multiple, made);
  return made;
}

function pack({ length, size, starts, counts, weights }: Taps, multiple: number): PackedTaps {
  const max = counts.reduce((a, b) => Math.max(a, b), 0);
  const padded = Math.ceil(max / multiple) * multiple;
  const packedWeights = new Int16Array(2 * length * padded);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < counts[i]!; k++) {
      const [high, low] = parts(fixedWeight(weights[i * size + k]!));
      packedWeights[2 * i * padded + k] = high;
      packedWeights[(2 * i + 1) * padded + k] = low;
    }
  }
  return {
    length,
    size: padded,
    starts,
    counts,
    weights: packedWeights,
    bytes: 8 * length + packedWeights.byteLength,
  };
}

/** Copies taps into the memory. @returns their addresses. */
function writeTaps(
  { length, size, starts, counts, weights }: PackedTaps,
  memory: ArrayBuffer,
  at: number,
): { starts: number; counts: number; weights: number; size: number } {
  const countsAt = at + 4 * length;
  const weightsAt = countsAt + 4 * length;
  new Int32Array(memory, at, length).set(starts);
  new Int32Array(memory, countsAt, length).set(counts);
  new Int16Array(memory, weightsAt, weights.length).set(weights);
  return { starts: at, counts: countsAt, weights: weightsAt, size };
}
