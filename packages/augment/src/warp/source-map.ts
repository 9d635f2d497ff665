import type { Claim } from '../simd/kernels.js';

/** Where each output pixel comes from. */
export interface SourceMap {
  /** Writes the source positions of output row `y`: pixels, the centre of the first pixel at 0.5. */
  row(y: number, xs: Float64Array, ys: Float64Array): void;
  /** Whether the pixels of a row that come from inside the source form one run (true if lines stay straight). */
  readonly straight: boolean;
  /**
   * The coefficients of `Homography` that give the same positions, if there are any; an affine map ends in 0, 0.
   * @default none
   */
  readonly projective?: ArrayLike<number>;
  /** `row` in WebAssembly. @default none */
  readonly simd?: {
    /** Bytes of memory that it needs. */
    readonly scratch: number;
    /** Fills its scratch memory once and returns the function that writes row `y`; the arguments are addresses. */
    prepare(claimed: Claim, xs: number, ys: number, scratch: number): (y: number) => void;
  };
}
