import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Rng {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1). */
  uniform(): number;
  /** A whole number in [0, lessThan). */
  integer(lessThan: number): number;
}

/**
 * Makes a generator (xoroshiro128+) from a seed and further keys, such as an epoch and an index. Each list of keys has
 * a stream of its own, so what is drawn for one image does not depend on how many were drawn for another.
 * @throws RangeError unless each is a safe integer.
 */
export function createRng(seed: number, ...keys: readonly number[]): Rng {
  const source = xoroshiro128plusFromState(seedWords(seed, ...keys));
  const uint32 = () => source.next() >>> 0;
  return {
    uint32,
    uniform: () => ((source.next() >>> 5) * 2 ** 26 + (source.next() >>> 6)) / 2 ** 53,
    integer(lessThan) {
      if (!(Number.isInteger(lessThan) && lessThan > 0 && lessThan <= 2 ** 32)) {
        throw new RangeError(`invalid lessThan: ${lessThan}`);
      }
      // The numbers above the largest multiple are drawn again: each remainder is then equally likely.
      const end = 2 ** 32 - (2 ** 32 % lessThan);
      let drawn = uint32();
      while (drawn >= end) drawn = uint32();
      return drawn % lessThan;
    },
  };
}

/**
 * The state that `createRng` starts from, high and low half of each 64 bits: the low and high half of each key stirred in
 * by the finaliser of MurmurHash3.
 */
export function seedWords(...keys: readonly number[]): number[] {
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (const key of keys) {
    if (!Number.isSafeInteger(key)) throw new RangeError(`invalid seed: ${key}`);
    for (const half of [key | 0, Math.floor(key / 2 ** 32) | 0]) {
      for (let i = 0; i < 4; i++)
        state[i] = stir(state[i]! ^ Math.imul(half, 0x85ebca6b + 2 * i), state[(i + 3) % 4]!);
    }
  }
  // Two rounds more carry the last key to every word.
  for (let i = 0; i < 8; i++) state[i % 4] = stir(state[i % 4]!, state[(i + 3) % 4]!);
  return state;
}

function stir(word: number, other: number): number {
  let h = (word + Math.imul(other, 0x9e3779b1) + 0x7f4a7c15) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
