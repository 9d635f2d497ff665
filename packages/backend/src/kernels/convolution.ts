import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer } from '../simd/module.js';
import { overElements, split } from '../threads/split.js';
import { exchanged, filterSize, type Geometry, partOfBatch, taps } from './geometry.js';
import { type KernelContext, pointer, type ThreadContext } from './kernel-context.js';
import { hasResidues, residueProducts } from './residues.js';
import { foldProduct, unfoldOuter, unfoldProduct } from './unfold.js';
import {
  hasWinograd,
  transformFilter,
  winogradFilterGradient,
  winogradForward,
  winogradInputGradient,
} from './winograd.js';

/*
 * A convolution as matrix products. An image x [n, h, w, c] unfolds into a matrix with a row for each output
 * position and the columns [kh][kw][c]; then, with the filter as a matrix [kh·kw·ci, co],
 *
 *   y = unfold(x) · filter,   dfilter = unfold(x)ᵀ · dy,   dx = fold(dy · filterᵀ)
 *
 * where fold is the adjoint of unfold. At stride 1, x and y can be exchanged if the filter is turned by 180°; that is far
 * less work when y has fewer channels than x. At a larger stride s, the pixels of x with the same residue modulo s meet
 * only every s-th tap: their dx is a convolution of dy at stride 1 with those taps, which needs no adding up and has
 * longer inner products than the fold.
 *
 * Each thread computes all of that for some of the images. A thread's dfilter is a sum over its own images; they are added up.
 */

/** With fewer multiplications, one thread is faster. */
const SMALL = 1_000_000;

/** Computes y = x * filter. */
export function forward(
  context: KernelContext,
  g: Geometry,
  x: Pointer,
  filter: TensorInfo,
  y: Pointer,
): void {
  if (hasWinograd(g)) {
    const u = transformFilter(context, g, filter);
    overBatch(context, g, (thread, part, at) => winogradForward(thread, part, x + at.x, u, y + at.y));
    return;
  }
  const weights = pointer(context.backend, filter);
  overBatch(context, g, (thread, part, at) => forwardPart(thread, part, x + at.x, weights, y + at.y));
}

function forwardPart(thread: ThreadContext, g: Geometry, x: Pointer, filter: Pointer, y: Pointer): void {
  if (isNarrow(g)) foldProduct(thread, exchanged(g), x, flipped(thread, g, filter), y);
  else unfoldProduct(thread, g, x, filter, y);
}

/** Computes dx from dy. */
export function inputGradient(
  context: KernelContext,
  g: Geometry,
  dy: Pointer,
  filter: TensorInfo,
  dx: Pointer,
): void {
  if (hasWinograd(g)) {
    const u = transformFilter(context, g, filter);
    overBatch(context, g, (thread, part, at) => winogradInputGradient(thread, part, dy + at.y, u, dx + at.x));
    return;
  }
  const weights = pointer(context.backend, filter);
  overBatch(context, g, (thread, part, at) => inputGradientPart(thread, part, dy + at.y, weights, dx + at.x));
}

function inputGradientPart(
  thread: ThreadContext,
  g: Geometry,
  dy: Pointer,
  filter: Pointer,
  dx: Pointer,
): void {
  if (isNarrow(g)) unfoldProduct(thread, exchanged(g), dy, flipped(thread, g, filter), dx);
  else if (hasResidues(g)) residueProducts(thread, g, dy, filter, dx);
  else foldProduct(thread, g, dy, filter, dx);
}

/** Computes dfilter from x and dy. */
export function filterGradient(
  context: KernelContext,
  g: Geometry,
  x: Pointer,
  dy: Pointer,
  dfilter: Pointer,
): void {
  const size = filterSize(g);
  const others = Array.from({ length: partsOf(context, g) - 1 }, (_, i) =>
    context.scratch.floats(`dfilter of thread ${i + 1}`, size),
  );
  const compute = hasWinograd(g) ? winogradFilterGradient : filterGradientPart;
  overBatch(context, g, (thread, part, at, i) =>
    compute(thread, part, x + at.x, dy + at.y, i === 0 ? dfilter : others[i - 1]!),
  );
  if (others.length === 0) return;
  overElements(context, size, (thread, offset, count) => {
    for (const other of others) thread.simd.addInto(dfilter + offset, other + offset, count);
  });
}

function filterGradientPart(
  thread: ThreadContext,
  g: Geometry,
  x: Pointer,
  dy: Pointer,
  dfilter: Pointer,
): void {
  if (isNarrow(g)) {
    const turned = thread.scratch.floats('flipped', filterSize(g));
    unfoldOuter(thread, exchanged(g), dy, x, turned);
    thread.simd.flipFilter(turned, dfilter, taps(g), g.outChannels, g.channels);
  } else {
    unfoldOuter(thread, g, x, dy, dfilter);
  }
}

/** How many threads share the batch: one for small convolutions, and where there are fewer images than threads. */
function partsOf({ threads }: KernelContext, g: Geometry): number {
  const small = g.rows * filterSize(g) < SMALL;
  return small || g.batch < threads.count ? 1 : threads.count;
}

/** Calls `work` for a part of the batch in each thread, with the bytes before its images in x and y. */
function overBatch(
  context: KernelContext,
  g: Geometry,
  work: (thread: ThreadContext, part: Geometry, at: { x: number; y: number }, i: number) => void,
): void {
  const count = partsOf(context, g);
  if (count === 1) {
    // Here `gemm` may use all threads for one product.
    work(context, g, { x: 0, y: 0 }, 0);
    return;
  }
  const parts = split(g.batch, count);
  context.threads.run(count, (thread, i) => {
    const { from, to } = parts[i]!;
    const x = from * g.height * g.width * g.channels * 4;
    const y = from * g.outHeight * g.outWidth * g.outChannels * 4;
    work(thread, partOfBatch(g, to - from), { x, y }, i);
  });
}

/** True where the exchange of x and y pays. */
function isNarrow(g: Geometry): boolean {
  return g.strideHeight === 1 && g.strideWidth === 1 && g.outChannels < g.channels;
}

function flipped(thread: ThreadContext, g: Geometry, filter: Pointer): Pointer {
  const turned = thread.scratch.floats('flipped', filterSize(g));
  thread.simd.flipFilter(filter, turned, taps(g), g.channels, g.outChannels);
  return turned;
}
