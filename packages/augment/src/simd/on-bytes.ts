import type { Pointer } from '@cxr/image';
import type { Pixels } from '../image.js';
import { samplesLike } from '../memory.js';
import { type Claim, claim, type Kernels } from './kernels.js';

/** Bytes that a kernel works on at a time: few enough that they and their results fit the nearest cache, enough that the calls cost little. */
const STRIP = 2 ** 13;

/** A strip of samples in the module's memory. */
export interface Strip {
  /** Number of samples. */
  readonly count: number;
  /** Where its samples are. */
  readonly src: number;
  /** Where the results go, an area as large. */
  readonly out: number;
}

/** How `onBytes` cuts samples into strips. */
export interface StripOptions {
  /** Strips are whole multiples of it, such as a row. @default 1 */
  readonly unit?: number;
  /** Further bytes that the kernel needs; they begin at `claimed.at[2]`, which it is given. @default 0 */
  readonly extra?: number;
  /** Whether the first strip's results are the last ones. @default false */
  readonly mirrored?: boolean;
  /** Whether the results replace the samples: `out` is `src`. @default false */
  readonly inPlace?: boolean;
  /** Called once, before the first strip. @default nothing to prepare */
  readonly prepare?: (claimed: Claim) => void;
}

/**
 * Runs a kernel from 8-bit samples to as many bytes, strip by strip, each copied in and out; null without WebAssembly SIMD, or
 * for other samples. (Copies within the cache cost less than a second pass over the memory.)
 */
export function onBytes(
  data: Pixels,
  run: (kernels: Kernels, strip: Strip, extra: Pointer) => void,
  options: StripOptions = {},
): Uint8Array | null {
  const { unit = 1, extra = 0, mirrored = false, inPlace = false, prepare } = options;
  const size = stripSize(data.length, unit);
  const claimed = data instanceof Uint8Array ? claim(size, inPlace ? 0 : size, extra) : null;
  if (claimed === null) return null;
  const { kernels, bytes, at } = claimed;
  const src = at[0]!;
  const out = inPlace ? src : at[1]!;
  prepare?.(claimed);
  const result = samplesLike(data as Uint8Array, data.length);
  const whole = bytes.subarray(out, out + size);
  for (let start = 0; start < data.length; start += size) {
    const count = Math.min(size, data.length - start);
    bytes.set(data.subarray(start, start + count), src);
    run(kernels, { count, src, out }, at[2]!);
    const results = count === size ? whole : bytes.subarray(out, out + count);
    result.set(results, mirrored ? data.length - start - count : start);
  }
  return result;
}

/** Calls a kernel that only reads 8-bit samples, strip by strip; false without WebAssembly SIMD, or for other samples. */
export function readBytes(
  data: Pixels,
  extra: number,
  run: (kernels: Kernels, strip: Omit<Strip, 'out'>, claimed: Claim) => void,
): boolean {
  const size = stripSize(data.length, 1);
  const claimed = data instanceof Uint8Array ? claim(size, extra) : null;
  if (claimed === null) return false;
  const src = claimed.at[0]!;
  for (let start = 0; start < data.length; start += size) {
    const count = Math.min(size, data.length - start);
    claimed.bytes.set(data.subarray(start, start + count), src);
    run(claimed.kernels, { count, src }, claimed);
  }
  return true;
}

function stripSize(length: number, unit: number): number {
  return Math.min(length, Math.max(1, Math.floor(STRIP / unit)) * unit);
}
