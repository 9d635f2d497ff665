import type { DisjointSets } from './disjoint-sets.js';

/** Bits of a hash, in eight words. */
const BITS = 256;

/**
 * Joins all pairs of hashes that differ in at most `2 * bands - 1` bits and for which `near` is true. Such a pair differs in
 * at most one bit of at least one band, so each band of a hash is looked up as it is and with each bit flipped (Norouzi,
 * Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012).
 * @param hashes `[n, 8]` words of 32 bits.
 */
export function joinByHash(
  hashes: Uint32Array,
  bands: number,
  sets: DisjointSets,
  near: (a: number, b: number) => boolean,
): void {
  const count = hashes.length / 8;
  for (let band = 0; band < bands; band++) {
    const bits = Math.ceil((BITS - band) / bands);
    const keys = Uint32Array.from({ length: count }, (_, i) => bandOf(hashes, i, band, bands));
    const { starts, members } = buckets(keys, bits);
    const visit = (i: number, key: number): void => {
      for (let at = starts[key]!; at < starts[key + 1]!; at++) {
        const j = members[at]!;
        if (j > i && sets.find(i) !== sets.find(j) && near(i, j)) sets.join(i, j);
      }
    };
    for (let i = 0; i < count; i++) {
      visit(i, keys[i]!);
      for (let bit = 0; bit < bits; bit++) visit(i, keys[i]! ^ (1 << bit));
    }
  }
}

/** Every `bands`-th bit: neighbouring bits, which compare neighbouring pixels, are too often equal. */
export function bandOf(hashes: Uint32Array, i: number, band: number, bands: number): number {
  let key = 0;
  for (let bit = band, k = 0; bit < BITS; bit += bands, k++) {
    key |= ((hashes[8 * i + (bit >> 5)]! >>> (bit & 31)) & 1) << k;
  }
  return key;
}

/** Items sorted by key: those of a key are `members` from `starts[key]` to `starts[key + 1]`. */
function buckets(keys: Uint32Array, bits: number): { starts: Uint32Array; members: Uint32Array } {
  const starts = new Uint32Array(2 ** bits + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let key = 0; key < 2 ** bits; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice(0, -1);
  const members = new Uint32Array(keys.length);
  for (const [i, key] of keys.entries()) members[next[key]!++] = i;
  return { starts, members };
}
