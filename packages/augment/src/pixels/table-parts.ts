/** Shares are in units of 1/128. */
const WHOLE = 128;

/**
 * Cuts a table of 256 levels into two of 16, one for the high and one for the low half of a level's bits, where the sum of both,
 * without its fraction and clipped to 0..255, is the table: so it is for straight lines, such as contrast. 16 entries are what
 * WebAssembly looks up in one instruction.
 * @returns the five rows of 16 bytes that the kernel `addParts` takes, or null for tables that are no such sum
 */
export function tableParts(table: Uint8Array): Uint8Array | null {
  const solved = solve(table);
  if (solved === null) return null;
  const [high, low] = solved;
  const parts = new Uint8Array(5 * 16);
  for (let i = 0; i < 16; i++) {
    const whole = Math.floor(high[i]! / WHOLE);
    parts[i] = Math.min(255, Math.max(0, whole));
    parts[16 + i] = high[i]! - whole * WHOLE;
    parts[32 + i] = low[i]! >> 7;
    parts[48 + i] = low[i]! & (WHOLE - 1);
    parts[64 + i] = Math.min(255, Math.max(0, -whole));
  }
  return parts;
}

/**
 * The largest high[h], and with them the smallest low[l], with table[16h + l] ≤ (high[h] + low[l]) / 128 < table[16h + l] + 1, where
 * a level of 255 has no upper and one of 0 no lower bound. Bounds on differences are met by shortest paths (Bellman and Ford) from
 * low[0] = 0. Shares are fine enough: around a cycle of at max 32 bounds, whole numbers of 1/128 lose at max 16.
 */
function solve(table: Uint8Array): readonly [high: Int32Array, low: Int32Array] | null {
  const high = new Int32Array(16);
  const low = new Int32Array(16);
  // A path visits each of the 32 unknowns at most once.
  for (let round = 0; round < 16; round++) {
    for (let h = 0; h < 16; h++) {
      let max = 256 * WHOLE;
      for (let l = 0; l < 16; l++) {
        const level = table[16 * h + l]!;
        if (level < 255) max = Math.min(max, WHOLE * (level + 1) - 1 - low[l]!);
      }
      high[h] = max;
    }
    let settled = true;
    for (let l = 0; l < 16; l++) {
      let min = low[l]!;
      for (let h = 0; h < 16; h++) {
        const level = table[16 * h + l]!;
        if (level > 0) min = Math.max(min, WHOLE * level - high[h]!);
      }
      if (min > low[l]!) settled = false;
      low[l] = min;
    }
    // low[0] above 0: a cycle of bounds that contradict each other. One of 255 or more has no room for a carry.
    if (low[0]! > 0 || low[15]! >= 255 * WHOLE) return null;
    if (settled) return [high, low];
  }
  return null;
}
