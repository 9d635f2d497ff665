import type { AddedImages } from './added-images.js';
import type { Separation } from './data/open-data.js';
import type { Scarcity } from './data/scarce-subset.js';
import type { GivenGeneratorInfo } from './generators/given-generators.js';
import type { Interval } from './statistics/bootstrap.js';
import type { MetricName, Metrics } from './statistics/classification.js';
import type { PairedDifference } from './statistics/paired-difference.js';
import type { FileTrait } from './traps/file-traits.js';
import type { LetterTrap } from './traps/lead-letters.js';
import type { UnitRecord } from './unit-store.js';

/** One training run, with what the test split says of it. */
export interface RunResult extends UnitRecord {
  readonly test: Metrics;
}

/** One arm at one size with one classifier: means over its runs. */
export interface Cell {
  readonly classifier: string;
  readonly normals: Scarcity;
  readonly arm: string;
  readonly runs: number;
  /** Means with the 95 % intervals of a bootstrap over subsets, runs and test patients. */
  readonly metrics: Readonly<Record<MetricName, Interval>>;
}

/** An arm beside "nothing added": the same subsets and seeds. */
export interface Difference {
  readonly classifier: string;
  readonly normals: Scarcity;
  readonly arm: string;
  /** Paired differences with simultaneous 95 % intervals. */
  readonly metrics: Readonly<Record<MetricName, PairedDifference>>;
  /** In words, by AUC. */
  readonly verdict: string;
  /** Standard deviation of the differences in AUC between runs (between subsets where there are several); null for one. */
  readonly deviation: number | null;
  /** How many such runs it would take to see one point of AUC with a power of 80 % on these test images; null if unknown or above 10,000. */
  readonly runsToSeeOnePoint: number | null;
  /** The smallest difference in AUC that this test split can show with a power of 80 %, however many runs there are. */
  readonly smallestVisible: number;
}

/** What `metrics.json` holds. */
export interface StudyMetrics {
  readonly classes: readonly string[];
  readonly positive: string;
  readonly counts: { readonly train: readonly number[]; readonly test: readonly number[] };
  /** Differences that are looked at together. */
  readonly comparisons: number;
  readonly cells: readonly Cell[];
  readonly differences: readonly Difference[];
  readonly runs: readonly RunResult[];
  readonly added: readonly AddedImages[];
  /** Generators that were given, in place of training one on the arm's images. */
  readonly generators: readonly GivenGeneratorInfo[];
  readonly traps: {
    readonly separation: Separation;
    readonly traits: readonly FileTrait[];
    readonly letters: LetterTrap;
  };
  /** How often the test split was opened for this folder, this time included: more than once means that somebody looked and went on. */
  readonly testOpenings: number;
  readonly notes: readonly string[];
  readonly weights: { readonly kind: string; readonly sha256: string | null; readonly dims: number } | null;
  readonly backend: string;
  readonly dataDigest: string;
  readonly testOrigin: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
}
