import type { Pointer, Simd } from '../simd/module.js';

/**
 * Matrix products by a library that cannot add to its output: y[m][n] = op(a) op(b), `count` of them whose matrices lie one after
 * the other, all sizes in elements.
 */
export type Multiply = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: Pointer,
  b: Pointer,
  y: Pointer,
  count: number,
) => void;

/** Numbers of a tape: half a MiB. Longer work is done in several runs. */
const LENGTH = 1 << 16;

/**
 * Work for another thread, written down: calls of the SIMD module and of `multiply`, as numbers in shared memory. One call is
 * the place of its function in `names`, the number of its arguments, and the arguments.
 */
export class Tape {
  /** What is written down so far. */
  readonly numbers: Float64Array = new Float64Array(new SharedArrayBuffer(LENGTH * 8));
  /** How many of them are used. */
  length = 0;
  readonly #flush: () => void;

  /** @param flush has the calls so far done, and sets `length` to 0: called when the tape is full. */
  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** The SIMD module, on the tape. Its functions that return something are those of `simd`. */
  simd(simd: Simd, names: readonly string[]): Simd {
    const calls = names.map((name, place) => [name, (...args: number[]) => this.#call(place, args)]);
    return { ...simd, ...Object.fromEntries(calls) };
  }

  /** `multiply`, on the tape. */
  multiply(names: readonly string[]): Multiply {
    return (...args) => this.#call(names.length, args);
  }

  #call(place: number, args: readonly (number | boolean)[]): void {
    if (this.length + 2 + args.length > LENGTH) this.#flush();
    const { numbers } = this;
    numbers[this.length++] = place;
    numbers[this.length++] = args.length;
    for (const arg of args) numbers[this.length++] = Number(arg);
  }
}
