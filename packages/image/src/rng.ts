import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { checkList } from './check-arguments.js';
import { describeValue } from './describe-value.js';

/** A seeded source of random numbers. The same seed gives the same numbers on every machine. */
export interface Rng {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  uniform(): number;
  /** A whole number in [0, lessThan), without bias. @throws RangeError unless lessThan is in 1..2^32. */
  integer(lessThan: number): number;
  /** A standard normal number (Marsaglia's polar method). */
  normal(): number;
  /** The state as plain numbers, for JSON: `rngFromState` continues from here. */
  state(): number[];
}

/**
 * Makes a generator (xoroshiro128+) from a seed and further keys, such as an epoch and an index. Each list of keys gives a
 * different stream.
 * @throws RangeError unless each is a safe integer.
 */
export function createRng(seed: number, ...keys: readonly number[]): Rng {
  return makeRng(hashKeys([seed, ...keys]));
}

/** Continues from a state that `state()` returned. @throws RangeError if it is no such state; TypeError if it is no array. */
export function rngFromState(state: readonly number[]): Rng {
  checkList('state', state);
  const words = state.slice(0, 4);
  const valid =
    words.length === 4 && words.every((word) => Number.isInteger(word) && Math.abs(word) < 2 ** 32);
  if (!valid || state.length > 5 || words.every((word) => word === 0)) {
    throw new RangeError(`invalid generator state: [${state}]`);
  }
  return makeRng(words, state[4]);
}

/** Checks an argument that must be a generator. @throws TypeError naming what it is. */
export function checkRng(value: unknown): asserts value is Rng {
  if (typeof (value as Rng | null)?.integer === 'function') return;
  throw new TypeError(`rng must be a generator, as createRng(seed) makes it, not ${describeValue(value)}`);
}

function makeRng(words: readonly number[], spareNormal?: number): Rng {
  const source = xoroshiro128plusFromState(words);
  let spare = spareNormal;
  const uint32 = () => source.next() >>> 0;
  const uniform = () => ((source.next() >>> 5) * 2 ** 26 + (source.next() >>> 6)) / 2 ** 53;
  return {
    uint32,
    uniform,
    integer(lessThan) {
      if (!(Number.isInteger(lessThan) && lessThan > 0 && lessThan <= 2 ** 32)) {
        throw new RangeError(`invalid lessThan: ${lessThan}`);
      }
      // Numbers from the last, incomplete multiple are drawn again, so that each remainder is equally likely.
      const end = 2 ** 32 - (2 ** 32 % lessThan);
      let drawn = uint32();
      while (drawn >= end) drawn = uint32();
      return drawn % lessThan;
    },
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      let u: number;
      let v: number;
      let square: number;
      do {
        u = 2 * uniform() - 1;
        v = 2 * uniform() - 1;
        square = u * u + v * v;
      } while (square >= 1 || square === 0);
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = v * factor;
      return u * factor;
    },
    state: () => (spare === undefined ? [...source.getState()] : [...source.getState(), spare]),
  };
}

/**
 * The four words of state that `createRng` starts from: the low and high half of each key, mixed in by the finaliser of
 * MurmurHash3.
 * @throws RangeError unless each key is a safe integer.
 */
export function hashKeys(keys: readonly number[]): number[] {
  checkList('keys', keys);
  const words = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (const key of keys) {
    if (!Number.isSafeInteger(key)) throw new RangeError(`invalid seed: ${key}`);
    for (const half of [key | 0, Math.floor(key / 2 ** 32) | 0]) {
      for (let i = 0; i < 4; i++)
        words[i] = mix(words[i]! ^ Math.imul(half, 0x85ebca6b + 2 * i), words[(i + 3) % 4]!);
    }
  }
  // A last round spreads the last key over all words. It also makes a state of zeros, which never changes, practically impossible.
  for (let i = 0; i < 8; i++) words[i % 4] = mix(words[i % 4]!, words[(i + 3) % 4]!);
  return words;
}

function mix(word: number, other: number): number {
  let h = (word + Math.imul(other, 0x9e3779b1) + 0x7f4a7c15) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
