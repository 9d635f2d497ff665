import type { Pointer } from '../simd/module.js';
import { exchanged, filterSize, type Geometry, taps } from './geometry.js';
import type { KernelContext } from './kernel-context.js';
import { hasResidues, residueProducts } from './residues.js';
import { foldProduct, unfoldOuter, unfoldProduct } from './unfold.js';
import { hasWinograd, winogradFilterGradient, winogradForward, winogradInputGradient } from './winograd.js';

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
 */

/** Computes y = x * filter. */
export function forward(context: KernelContext, g: Geometry, x: Pointer, filter: Pointer, y: Pointer): void {
  if (hasWinograd(g)) winogradForward(context, g, x, filter, y);
  else if (isNarrow(g)) foldProduct(context, exchanged(g), x, flipped(context, g, filter), y);
  else unfoldProduct(context, g, x, filter, y);
}

/** Computes dx from dy. */
export function inputGradient(
  context: KernelContext,
  g: Geometry,
  dy: Pointer,
  filter: Pointer,
  dx: Pointer,
): void {
  if (hasWinograd(g)) winogradInputGradient(context, g, dy, filter, dx);
  else if (isNarrow(g)) unfoldProduct(context, exchanged(g), dy, flipped(context, g, filter), dx);
  else if (hasResidues(g)) residueProducts(context, g, dy, filter, dx);
  else foldProduct(context, g, dy, filter, dx);
}

/** Computes dfilter from x and dy. */
export function filterGradient(
  context: KernelContext,
  g: Geometry,
  x: Pointer,
  dy: Pointer,
  dfilter: Pointer,
): void {
  if (hasWinograd(g)) {
    winogradFilterGradient(context, g, x, dy, dfilter);
  } else if (isNarrow(g)) {
    const turned = context.scratch.floats('flipped', filterSize(g));
    unfoldOuter(context, exchanged(g), dy, x, turned);
    context.simd.flipFilter(turned, dfilter, taps(g), g.outChannels, g.channels);
  } else {
    unfoldOuter(context, g, x, dy, dfilter);
  }
}

/** True where the exchange of x and y pays. */
function isNarrow(g: Geometry): boolean {
  return g.strideHeight === 1 && g.strideWidth === 1 && g.outChannels < g.channels;
}

function flipped(context: KernelContext, g: Geometry, filter: Pointer): Pointer {
  const turned = context.scratch.floats('flipped', filterSize(g));
  context.simd.flipFilter(filter, turned, taps(g), g.channels, g.outChannels);
  return turned;
}
