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
  const rows = across && packTaps(across, channels === 1 ? 8 : 4);
  const columns = down && packTaps(down, 2);
  const room = claim(
    data.length,
    // The columns' kernel reads two rows at a time, so one row after the last is read, with weight 0.
    (height + 1) * rowLength,
    outHeight * rowLength,
    rows?.bytes ?? 0,
    columns?.bytes ?? 0,
  );
  if (!room) return null;
  const { kernels, bytes, at } = room;
  const [source, between, target, rowTaps, columnTaps] = at as [number, number, number, number, number];
  const middle = rows ? between : source;
  const end = columns ? target : middle;
  bytes.set(data, rows ? source : middle);
  if (rows) {
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
  const parts = new Int16Array(2 * length * padded);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < counts[i]!; k++) {
      const weight = fixedWeight(weights[i * size + k]!);
      parts[2 * i * padded + k] = weight >> LOW_BITS;
      parts[(2 * i + 1) * padded + k] = weight & ((1 << LOW_BITS) - 1);
    }
  }
  return { length, size: padded, starts, counts, weights: parts, bytes: 8 * length + parts.byteLength };
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
