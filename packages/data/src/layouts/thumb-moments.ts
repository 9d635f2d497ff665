/** Mean and spread of a thumbnail's values. */
export interface ThumbMoments {
  /** 0..255 */
  mean: number;
  /** Length of the vector of values minus their mean; 0 for a single brightness. */
  length: number;
}

/** The moments of a thumbnail `[n]` of values 0..255. */
export function thumbMoments(thumb: Uint8Array): ThumbMoments {
  let sum = 0;
  let squares = 0;
  for (const value of thumb) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / thumb.length;
  return { mean, length: Math.sqrt(squares - sum * mean) };
}
