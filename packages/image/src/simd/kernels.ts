import { SIMD_MODULE } from './binary.js';
import { type Claimer, type Pointer, simdModule } from './simd-module.js';

/** What assembly/ exports; its comments say what each does. */
interface Kernels {
  rowsGrey: RowKernel;
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

/** Room for the 8-bit resize kernels; null where the plain loops must do. */
export const claim: Claimer<Kernels> = simdModule<Kernels>(SIMD_MODULE);
