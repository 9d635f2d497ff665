/** An image's grey levels in bins, for texture features. */
export interface Levels {
  /** From 1, `[height, width]`. */
  data: Uint16Array;
  height: number;
  width: number;
  /** The highest level. */
  count: number;
}

/** Levels of bins of a fixed width, the first one beginning at a multiple of it (PyRadiomics' `binWidth`). */
export function levelsOf(values: Uint8Array, height: number, width: number, binWidth: number): Levels {
  const min = values.reduce((low, value) => Math.min(low, value), 255);
  const low = Math.floor(min / binWidth) * binWidth;
  const data = Uint16Array.from(values, (value) => Math.floor((value - low) / binWidth) + 1);
  return { data, height, width, count: data.reduce((high, level) => Math.max(high, level), 1) };
}

/** Half of the eight neighbours, down and right: the four directions in a plane. */
export const DIRECTIONS: readonly (readonly [down: number, right: number])[] = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
];

/** −p log₂(p + ε), as PyRadiomics has it. */
export function entropyTerm(p: number): number {
  return -p * Math.log2(p + Number.EPSILON);
}
