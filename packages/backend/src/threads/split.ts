import type { KernelContext, ThreadContext } from '../kernels/kernel-context.js';

/** A range of images, elements or columns: from `from` up to and without `to`. */
export interface Part {
  from: number;
  to: number;
}

/** With fewer floats to go over, handing work to another thread costs more than it saves. */
const SMALL = 1 << 15;

/** Parts begin at multiples of this many floats, a cache line, so that two threads do not write to the same one. */
const LINE = 16;

/** Splits `whole` into at most `count` parts that are as equal as whole multiples of `unit` allow. */
export function split(whole: number, count: number, unit = 1): Part[] {
  const units = Math.ceil(whole / unit);
  const parts = Math.max(1, Math.min(count, units));
  const border = (i: number): number => Math.min(whole, Math.floor((units * i) / parts) * unit);
  return Array.from({ length: parts }, (_, i) => ({ from: border(i), to: border(i + 1) }));
}

/** Parts of `whole` for the threads, each a multiple of `LINE` long; one part where there are few `floats` in all. */
function partsOf({ threads }: Pick<KernelContext, 'threads'>, whole: number, floats: number): Part[] {
  return split(whole, floats < SMALL ? 1 : threads.count, LINE);
}

/** How the threads share work on `floats` elements. */
export function elementParts(context: Pick<KernelContext, 'threads'>, floats: number): Part[] {
  return partsOf(context, floats, floats);
}

/** Calls `work` in each thread for its part, whose first item is `offset` bytes from the start. */
function share(
  { threads }: Pick<KernelContext, 'threads'>,
  parts: readonly Part[],
  bytes: number,
  work: (thread: ThreadContext, offset: number, count: number, i: number) => void,
): void {
  threads.run(parts.length, (thread, i) => {
    const { from, to } = parts[i]!;
    work(thread, from * bytes, to - from, i);
  });
}

/**
 * Work on `floats` elements, each for itself, shared between the threads.
 *
 * @param work goes over `count` floats from byte `offset` of each tensor on, as part `i` of `elementParts`.
 */
export function overElements(
  context: Pick<KernelContext, 'threads'>,
  floats: number,
  work: (thread: ThreadContext, offset: number, count: number, i: number) => void,
): void {
  share(context, elementParts(context, floats), 4, work);
}

/**
 * Work on each of the columns of a matrix of `rows` rows for itself, shared between the threads.
 *
 * @param work goes over `count` columns from byte `offset` of each row on.
 */
export function overColumns(
  context: Pick<KernelContext, 'threads'>,
  rows: number,
  columns: number,
  work: (thread: ThreadContext, offset: number, count: number) => void,
): void {
  share(context, partsOf(context, columns, rows * columns), 4, work);
}

/**
 * Work on each row of a matrix for itself, shared between the threads.
 *
 * @param work goes over `count` rows from byte `offset` of the matrix on.
 */
export function overRows(
  context: Pick<KernelContext, 'threads'>,
  rows: number,
  columns: number,
  work: (thread: ThreadContext, offset: number, count: number) => void,
): void {
  share(context, partsOf(context, rows, rows * columns), columns * 4, work);
}
