import type { Pointer } from '../simd/module.js';
import { type Geometry, taps } from './geometry.js';
import type { ThreadContext } from './kernel-context.js';
import { apply, chunks } from './unfold.js';

/**
 * The channels for which residue classes are faster than the fold. Measured: with few input channels, runs of contiguous
 * values are short; with many output channels, the fold's inner products are long enough.
 */
const RESIDUE_CHANNELS = { in: 16, out: 256 } as const;

/** True where every residue class meets at least one tap, and this form is faster than the fold. */
export function hasResidues(g: Geometry): boolean {
  const strided = g.strideHeight * g.strideWidth > 1 && g.dilationHeight * g.dilationWidth === 1;
  const met = g.kernelHeight >= g.strideHeight && g.kernelWidth >= g.strideWidth;
  const faster = g.channels >= RESIDUE_CHANNELS.in && g.outChannels <= RESIDUE_CHANNELS.out;
  return strided && met && faster;
}

/** The pixels first, first + stride, … of one axis, and the taps that they meet. */
interface Residue {
  /** The first of the taps. */
  residue: number;
  first: number;
  /** How many pixels. */
  count: number;
  /** How many taps. */
  taps: number;
  /** Padding before the output, at stride 1. */
  pad: number;
}

/** The residue classes along one axis of `size` pixels with `before` pixels of padding in front. */
function residues(size: number, stride: number, kernel: number, before: number): Residue[] {
  return Array.from({ length: stride }, (_, residue) => {
    const first = (((residue - before) % stride) + stride) % stride;
    const taps = Math.ceil((kernel - residue) / stride);
    const pad = taps - 1 - (first + before - residue) / stride;
    return { residue, first, count: Math.ceil((size - first) / stride), taps, pad };
  }).filter(({ count }) => count > 0);
}

/** dx by residue classes: for each, the pixels' rows are unfold(dy) · tapsᵀ, then written to their places. */
export function residueProducts(
  thread: ThreadContext,
  g: Geometry,
  dy: Pointer,
  filter: Pointer,
  dx: Pointer,
): void {
  const { simd, scratch, gemm } = thread;
  const { channels: ci, outChannels: co, strideHeight: sh, strideWidth: sw } = g;
  for (const v of residues(g.height, sh, g.kernelHeight, g.top)) {
    for (const u of residues(g.width, sw, g.kernelWidth, g.left)) {
      const part: Geometry = {
        ...g,
        height: g.outHeight,
        width: g.outWidth,
        channels: co,
        rows: g.batch * v.count * u.count,
        outHeight: v.count,
        outWidth: u.count,
        outChannels: ci,
        kernelHeight: v.taps,
        kernelWidth: u.taps,
        strideHeight: 1,
        strideWidth: 1,
        top: v.pad,
        left: u.pad,
      };
      const k = taps(part) * co;
      const b = scratch.floats('flipped', k * ci);
      simd.residueFilter(filter, b, g.kernelWidth, ci, co, v.residue, u.residue, sh, sw, v.taps, u.taps);
      chunks(part, false, (row, rows) => {
        const col = scratch.floats('unfolded', rows * k);
        const out = scratch.floats('residue', rows * ci);
        apply(simd.im2col, part, dy, col, row, rows);
        gemm.run({ transposeA: false, transposeB: true, m: rows, n: ci, k, a: col, b, c: out });
        simd.scatterRows(
          out,
          dx,
          row,
          rows,
          v.count,
          u.count,
          g.height,
          g.width,
          ci,
          v.first,
          u.first,
          sh,
          sw,
        );
      });
    }
  }
}
