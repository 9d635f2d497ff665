/** What images are compared by: see `summarise`. */
export interface ImageSignature {
  /** Same text for the same pixels. */
  digest: string;
  /** `[THUMB, THUMB]`, grey. */
  thumb: Uint8Array;
}

export interface Duplicates {
  /** Groups of indices of images with the same pixels. */
  exact: number[][];
  /** Groups of images that differ little, such as copies of another size, brightness or compression. */
  near: number[][];
}

/** Width and height of thumbnails. */
export const THUMB = 32;

/**
 * Of the 256 neighbouring pairs of a coarse grid, those whose order of brightness may differ between near-duplicates: a
 * test that leaves few pairs of images to correlate. Copies differed in 14 at most, see below; of different chests one
 * pair in 1000 in fewer than 34.
 */
const MOST_FLIPPED = 26;
/**
 * The least correlation of near-duplicates' thumbnails, brightness and contrast apart. Of 60 real chest X-rays all copies
 * stayed above 0.997: JPEG of quality 30, half the size, blurred, other brightness, contrast and gamma. Of 94,395 pairs of
 * different ones none reached 0.963. (A copy cut by 2 % at each edge falls between and is not found.)
 */
const LEAST_CORRELATION = 0.985;

/**
 * Finds images that are there more than once. Compares all pairs, in time quadratic in their number: some seconds for ten
 * thousand. Images of one brightness all over are compared for equal pixels only.
 */
export function findDuplicates(images: readonly ImageSignature[]): Duplicates {
  const byDigest = new Map<string, number[]>();
  for (const [index, { digest }] of images.entries()) {
    const same = byDigest.get(digest);
    if (same) same.push(index);
    else byDigest.set(digest, [index]);
  }
  const groups = [...byDigest.values()];
  const firsts = groups.map(([first]) => first!);
  return {
    exact: groups.filter((group) => group.length > 1),
    near: nearGroups(firsts.map((index) => images[index]!.thumb)).map((near) => near.map((i) => firsts[i]!)),
  };
}

function nearGroups(thumbs: readonly Uint8Array[]): number[][] {
  const hashes = new Uint32Array(8 * thumbs.length);
  const normal = thumbs.map((thumb) => normalised(thumb));
  for (const [i, thumb] of thumbs.entries()) hashes.set(differenceHash(thumb), 8 * i);
  const parent = Int32Array.from(thumbs.keys());
  const root = (i: number): number => {
    while (parent[i] !== i) i = parent[i]!;
    return i;
  };
  for (let i = 0; i < thumbs.length; i++) {
    for (let j = i + 1; j < thumbs.length; j++) {
      if (!agree(hashes, 8 * i, 8 * j) || !correlate(normal[i], normal[j])) continue;
      const [a, b] = [root(i), root(j)];
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const groups = new Map<number, number[]>();
  for (let i = 0; i < thumbs.length; i++) {
    const group = groups.get(root(i));
    if (group) group.push(i);
    else groups.set(root(i), [i]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** 16 × 16 bits: whether a coarse pixel is brighter than its left neighbour. */
function differenceHash(thumb: Uint8Array): Uint32Array {
  const hash = new Uint32Array(8);
  const coarse = (y: number, x: number): number => {
    const at = 2 * y * THUMB + 2 * x;
    return thumb[at]! + thumb[at + 1]! + thumb[at + THUMB]! + thumb[at + THUMB + 1]!;
  };
  for (let y = 0; y < 16; y++) {
    // The first column has no left neighbour and is compared with the last.
    for (let x = 0; x < 16; x++) {
      if (coarse(y, x) > coarse(y, (x + 15) % 16)) hash[y >> 1]! |= 1 << (x + 16 * (y & 1));
    }
  }
  return hash;
}

function agree(hashes: Uint32Array, a: number, b: number): boolean {
  let flipped = 0;
  for (let k = 0; k < 8; k++) {
    let bits = hashes[a + k]! ^ hashes[b + k]!;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    flipped += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    if (flipped > MOST_FLIPPED) return false;
  }
  return true;
}

/** Of mean 0 and length 1; undefined for an image of one brightness. */
function normalised(thumb: Uint8Array): Float32Array | undefined {
  const mean = thumb.reduce((a, b) => a + b, 0) / thumb.length;
  const values = Float32Array.from(thumb, (value) => value - mean);
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? undefined : values.map((value) => value / length);
}

function correlate(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  if (!a || !b) return false;
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return product >= LEAST_CORRELATION;
}
