import { SIMD_MODULE } from './binary.js';
import { type Claimer, type Pointer, simdModule } from './simd-module.js';

/** The functions of assembly/index.ts, documented there. */
interface Kernels {
  rowsGrey: RowKernel;
  rowsGreyFew(
    src: Pointer,
    out: Pointer,
    height: number,
    width: number,
    length: number,
    groups: Pointer,
    count: number,
    pairs: number,
  ): void;
  rowsRgb: RowKernel;
  columns(
    src: Pointer,
    out: Pointer,
    rowLength: number,
    length: number,
    starts: Pointer,
    counts: Pointer,
    weights: Pointer,
    taps: number,
  ): void;
}

type RowKernel = (
  src: Pointer,
  out: Pointer,
  height: number,
  width: number,
  length: number,
  starts: Pointer,
  weights: Pointer,
  taps: number,
) => void;

/** Space for the 8-bit resize kernels; null if the plain loops have to run instead. */
export const claim: Claimer<Kernels> = simdModule<Kernels>(SIMD_MODULE);
