/** The index mirrored into 0..n − 1; the edge is not repeated. */
export function mirrored(i: i32, n: i32): i32 {
  if (i >= 0 && i < n) return i;
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  let folded = i % period;
  if (folded < 0) folded += period;
  return folded < n ? folded : period - folded;
}
