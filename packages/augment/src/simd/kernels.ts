import { type Claimer, type Claim as ModuleClaim, type Pointer, simdModule } from '@cxr/image';
import { SIMD_MODULE } from './binary.js';

/** The functions of assembly/, documented there. */
export interface Kernels {
  affineRow(
    xs: Pointer,
    ys: Pointer,
    ax: Pointer,
    dx: Pointer,
    by: number,
    c: number,
    ey: number,
    f: number,
    count: number,
  ): void;
  perspectiveRow(
    xs: Pointer,
    ys: Pointer,
    a: number,
    by: number,
    c: number,
    d: number,
    ey: number,
    f: number,
    g: number,
    hy: number,
    count: number,
  ): void;
  splineRow(
    xs: Pointer,
    ys: Pointer,
    y: number,
    points: Pointer,
    firsts: Pointer,
    weights: Pointer,
    count: number,
  ): void;
  warpImage(
    kind: number,
    src: Pointer,
    width: number,
    height: number,
    out: Pointer,
    outWidth: number,
    outHeight: number,
    map: Pointer,
    at: Pointer,
    xs: Pointer,
    ys: Pointer,
    bits: number,
  ): void;
  bilinearGrey: Sampler;
  bilinearRgb: Sampler;
  bicubicGrey: Sampler;
  blurImage(
    src: Pointer,
    out: Pointer,
    height: number,
    width: number,
    channels: number,
    weights: Pointer,
    radius: number,
    wide: Pointer,
    ring: Pointer,
    stride: number,
    list: Pointer,
  ): void;
  addNoise(
    src: Pointer,
    out: Pointer,
    count: number,
    deviations: Pointer,
    table: Pointer,
    s0: bigint,
    s1: bigint,
  ): void;
  copyRows(src: Pointer, srcStep: number, out: Pointer, outStep: number, length: number, rows: number): void;
  swapRows(src: Pointer, length: number, rows: number): void;
  mirrorRows(src: Pointer, width: number, rows: number): void;
  lookUp(src: Pointer, out: Pointer, table: Pointer, count: number): void;
  addParts(src: Pointer, parts: Pointer, count: number, mask: 15): void;
  pairTable(table: Pointer, pairs: Pointer): void;
  lookUpPairs(src: Pointer, out: Pointer, pairs: Pointer, count: number): void;
  invertBytes(src: Pointer, count: number): void;
  sumBytes(src: Pointer, count: number): number;
  extremes(src: Pointer, count: number): number;
  histogram(src: Pointer, counts: Pointer, count: number): void;
  saturate(src: Pointer, out: Pointer, pixels: number, factor: number, unit: 1): void;
  shiftHue(src: Pointer, out: Pointer, pixels: number, turn: number, unit: 1): void;
  tileTable(
    src: Pointer,
    width: number,
    height: number,
    left: number,
    top: number,
    tileWidth: number,
    tileHeight: number,
    limit: number,
    scale: number,
    counts: Pointer,
    table: Pointer,
  ): void;
  meanOfTaps(src: Pointer, out: Pointer, count: number, offsets: Pointer, taps: number): void;
  sharpenBytes(src: Pointer, out: Pointer, count: number, step: number, row: number, factor: number): void;
  pairTables(top: Pointer, bottom: Pointer, out: Pointer, count: number): void;
  mixTiles(
    src: Pointer,
    out: Pointer,
    count: number,
    pairs: Pointer,
    left: Pointer,
    right: Pointer,
    fx: Pointer,
    fy: number,
  ): void;
}

type Sampler = (src: Pointer, width: number, out: Pointer, xs: Pointer, ys: Pointer, count: number) => void;

/** Space in the module's memory, valid until the next claim. */
export type Claim = ModuleClaim<Kernels>;

/** Space for the 8-bit kernels; null if the plain loops have to run instead. */
export const claim: Claimer<Kernels> = simdModule<Kernels>(SIMD_MODULE);
