import { checkList } from '@cxr/image';
import { DisjointSets } from './disjoint-sets.js';
import { joinByDistance } from './join-by-distance.js';
import { bandOf, joinByHash } from './join-by-hash.js';
import { COORDINATES, thumbCoordinates } from './thumb-coordinates.js';
import { type ThumbMoments, thumbMoments } from './thumb-moments.js';

/** What images are compared by. */
export interface ImageSignature {
  /** Same text for the same pixels. */
  digest: string;
  /** `[THUMB, THUMB]`, grey. */
  thumb: Uint8Array;
}

/** Groups of equal and of nearly equal images, by index. */
export interface Duplicates {
  /** Groups of indices of images with the same pixels. */
  exact: number[][];
  /** Groups of images that differ little, such as copies of another size, brightness or compression. */
  near: number[][];
}

/** Width and height of thumbnails. */
export const THUMB = 32;

/**
 * How many of the 256 bits of the hashes of near-duplicates may differ: a fast test that leaves few pairs of images to
 * correlate. Copies differed in at most 14, see below; of pairs of different chests, one in 1000 in fewer than 34.
 */
const MAX_FLIPPED = 26;
/**
 * The smallest correlation of near-duplicates' thumbnails; it does not depend on brightness and contrast. All copies of 60 real
 * chest X-rays stayed above 0.997: JPEG of quality 30, half the size, blurred, other brightness, contrast and gamma. Of 94,395 pairs of
 * different ones none reached 0.963. (A copy cut by 2 % at each edge falls between and is not found.)
 */
const MIN_CORRELATION = 0.985;

/**
 * Finds images that occur more than once. Two are near-duplicates if their hashes and thumbnails agree; such pairs are joined
 * into groups. The result is the same as by comparing all pairs, in far less time: seconds for 100,000 radiographs. Images of a single brightness are
 * compared for equal pixels only.
 * @throws TypeError for what is no array of signatures.
 */
export function findDuplicates(images: readonly ImageSignature[]): Duplicates {
  checkList('images', images);
  for (const image of images) checkSignature(image);
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

function checkSignature(image: ImageSignature | null | undefined): void {
  const { digest, thumb } = image ?? {};
  if (typeof digest === 'string' && thumb instanceof Uint8Array && thumb.length === THUMB * THUMB) return;
  throw new TypeError(`a signature is { digest, thumb } with a thumb of ${THUMB} × ${THUMB} bytes`);
}

/** So many that the search by bands finds all pairs of up to `MAX_FLIPPED` differing bits: see `joinByHash`. */
const BANDS = Math.ceil((MAX_FLIPPED + 1) / 2);
/** Hashes sampled to choose a search, and the share of pairs with a similar band below which it is by hashes. */
const SAMPLE = 300;
const FEW = 0.02;

/**
 * The groups of thumbnails joined by near pairs. Few hashes of noise share a band, so the search is by hashes. Most hashes of
 * radiographs do, but their thumbnails vary along few axes, so the search is by those.
 */
function nearGroups(thumbs: readonly Uint8Array[]): number[][] {
  const hashes = new Uint32Array(8 * thumbs.length);
  for (const [i, thumb] of thumbs.entries()) hashes.set(differenceHash(thumb), 8 * i);
  const moments = thumbs.map(thumbMoments);
  const sets = new DisjointSets(thumbs.length);
  const near = (i: number, j: number): boolean =>
    agree(hashes, 8 * i, 8 * j) &&
    correlation(thumbs[i]!, thumbs[j]!, moments[i]!, moments[j]!) >= MIN_CORRELATION;
  if (thumbs.length < 2) return [];
  if (shareOfSimilar(hashes) < FEW) joinByHash(hashes, BANDS, sets, near);
  else {
    // A little more than the distance at the smallest correlation, for the rounding of coordinates.
    const radius = Math.sqrt(2 - 2 * MIN_CORRELATION) + 1e-3;
    joinByDistance(thumbCoordinates(thumbs), COORDINATES, radius, sets, near);
  }
  return sets.groups();
}

/** Pairs of sampled hashes that differ in at most one bit of a band, summed over bands, as a share of all pairs. */
function shareOfSimilar(hashes: Uint32Array): number {
  const count = hashes.length / 8;
  const sample = Array.from({ length: Math.min(SAMPLE, count) }, (_, k) =>
    Math.floor((k * count) / Math.min(SAMPLE, count)),
  );
  let similar = 0;
  for (let band = 0; band < BANDS; band++) {
    const keys = sample.map((i) => bandOf(hashes, i, band, BANDS));
    for (const [a, key] of keys.entries()) {
      for (let b = 0; b < a; b++) {
        const bits = key ^ keys[b]!;
        if ((bits & (bits - 1)) === 0) similar++;
      }
    }
  }
  return similar / ((sample.length * (sample.length - 1)) / 2);
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
    if (flipped > MAX_FLIPPED) return false;
  }
  return true;
}

function correlation(a: Uint8Array, b: Uint8Array, ofA: ThumbMoments, ofB: ThumbMoments): number {
  if (ofA.length === 0 || ofB.length === 0) return 0;
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i]! * b[i]!;
  return (product - a.length * ofA.mean * ofB.mean) / (ofA.length * ofB.length);
}
