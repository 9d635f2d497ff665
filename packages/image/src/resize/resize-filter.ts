/** Pillow's resampling filters. */
export type ResizeFilter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

interface Kernel {
  support: number;
  weight(x: number): number;
}

const KERNELS: Record<Exclude<ResizeFilter, 'nearest'>, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The source samples, and their weights, that make each of `length` output samples. */
export interface Taps {
  /** Outputs. */
  length: number;
  /** Space for the taps of one output; most outputs use fewer. */
  size: number;
  /** First source sample of each output. */
  starts: Int32Array;
  /** Taps of each output. */
  counts: Int32Array;
  /** `[length, size]`, each row adding up to 1. */
  weights: Float64Array;
}

/**
 * Normalised filter weights for resampling `from` samples to `to`. When shrinking the filter is stretched, so that all source
 * samples count. Each step is computed as in Pillow, to get the same bits.
 * @throws RangeError for a filter that is not one of `ResizeFilter`, or is 'nearest'.
 */
export function filterTaps(from: number, to: number, filter: ResizeFilter): Readonly<Taps> {
  if (filter === 'nearest') throw new RangeError('invalid filter: nearest');
  checkFilter(filter);
  const key = `${from} ${to} ${filter}`;
  const taps = recent.get(key) ?? computeTaps(from, to, KERNELS[filter]);
  // Move it to the end, so that the first entry is always the one unused for longest.
  recent.delete(key);
  recent.set(key, taps);
  if (recent.size > KEPT) recent.delete(recent.keys().next().value!);
  return taps;
}

/** @throws RangeError for a filter that is not one of `ResizeFilter`. */
export function checkFilter(filter: ResizeFilter): void {
  if (filter === 'nearest' || Object.hasOwn(KERNELS, filter)) return;
  throw new RangeError(`invalid filter: ${String(filter)} (nearest, ${Object.keys(KERNELS).join(', ')})`);
}

/** Images of a set often have the same size, so the last few taps are kept. */
const KEPT = 8;
const recent = new Map<string, Taps>();

function computeTaps(from: number, to: number, kernel: Kernel): Taps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const size = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * size);
  const unstretch = 1 / stretch;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = kernel.weight((k + start - centre + 0.5) * unstretch);
      weights[i * size + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count && sum !== 0; k++) weights[i * size + k]! /= sum;
    starts[i] = start;
    counts[i] = count;
  }
  return { length: to, size, starts, counts, weights };
}

// Pillow writes these two in single precision.
const HAMMING_BASE = Math.fround(0.54);
const HAMMING_RIPPLE = Math.fround(0.46);

function hamming(x: number): number {
  const distance = Math.abs(x);
  if (distance === 0) return 1;
  if (distance >= 1) return 0;
  const angle = distance * Math.PI;
  return (Math.sin(angle) / angle) * (HAMMING_BASE + HAMMING_RIPPLE * Math.cos(angle));
}

/** Keys' cubic with a = −0.5. */
function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(x * Math.PI) / (x * Math.PI);
}
