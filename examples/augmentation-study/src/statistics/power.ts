import { logGamma, normalCdf, studentQuantile } from './student-t.js';

/** What the number of seeds depends on. */
export interface PowerOptions {
  /** Standard deviation of the paired differences between seeds. */
  readonly deviation: number;
  /** The difference to see, such as 0.01: one point of AUC. @default 0.01 */
  readonly difference?: number | undefined;
  /** Two-sided level of the test, already divided by the number of comparisons. @default 0.05 */
  readonly level?: number | undefined;
  /** Probability with which it should be seen. @default 0.8 */
  readonly power?: number | undefined;
}

/** Beyond this many, the answer is "too many". */
const MAX_PAIRS = 10_000;

/**
 * The power of the two-sided paired t test: the probability to see a mean difference of `effect` standard deviations with `n` pairs,
 * by the noncentral t distribution.
 */
export function pairedPower(n: number, effect: number, level: number): number {
  const df = n - 1;
  const critical = studentQuantile(1 - level / 2, df);
  const shift = effect * Math.sqrt(n);
  // T = (Z + shift) / s, where s² is χ² / df: the mean over s of the normal tails beyond ± critical · s.
  const log = Math.log(2) + (df / 2) * Math.log(df / 2) - logGamma(df / 2);
  const density = (s: number) => Math.exp(log + (df - 1) * Math.log(s) - (df * s * s) / 2);
  const beyond = (s: number) => normalCdf(shift - critical * s) + normalCdf(-shift - critical * s);
  const spread = 10 / Math.sqrt(2 * df);
  // With s = u² the steps are fine near 0, where the tails of few pairs lie.
  const inner = (u: number) => (u === 0 ? 0 : 2 * u * density(u * u) * beyond(u * u));
  return simpson(inner, Math.sqrt(Math.max(0, 1 - spread)), Math.sqrt(1 + spread));
}

/**
 * How many seeds a paired t test needs to see a difference with the given power; Infinity for more than 10,000. The images that
 * are tested on are taken as given: more seeds do not make them more.
 * @throws RangeError for a negative deviation.
 */
export function seedsToSee(options: PowerOptions): number {
  const { deviation, difference = 0.01, level = 0.05, power = 0.8 } = options;
  if (!(deviation >= 0)) throw new RangeError(`invalid deviation: ${deviation} (from 0)`);
  if (deviation === 0) return 2;
  const enough = (n: number) => pairedPower(n, difference / deviation, level) >= power;
  let high = 2;
  while (!enough(high)) {
    high *= 2;
    if (high > MAX_PAIRS) return Number.POSITIVE_INFINITY;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function simpson(f: (x: number) => number, from: number, to: number): number {
  const STEPS = 2000;
  const width = (to - from) / STEPS;
  let sum = f(from) + f(to);
  for (let i = 1; i < STEPS; i++) sum += (i % 2 === 1 ? 4 : 2) * f(from + i * width);
  return (sum * width) / 3;
}
