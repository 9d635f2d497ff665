import type { Compared, Lattice } from './readable.js';

/** One Fréchet distance with what it needs to be read: `metrics.json` and the report hold several. */
export interface Score {
  readonly fid: number;
  readonly dims: number;
  readonly resize: string;
  readonly engine: string;
  /** How many real images, and how many of the other set. */
  readonly n1: number;
  readonly n2: number;
  readonly weights: WeightsOrigin;
  readonly seconds: { readonly features: number; readonly distance: number; readonly total: number };
}

/** Distances of equally many images to the same ones, as a distance falls with the number of images. */
interface MatchedScores {
  readonly fakes: Score;
  /** Training images of the other half: the noise floor. */
  readonly reals: Score;
  /** Fakes of the generator before its first step. */
  readonly untrained: Score;
  /** Held-out real images, where there are as many. */
  readonly test?: Score | undefined;
}

/** Which Inception weights gave the scores. */
export interface WeightsOrigin {
  readonly file: string | null;
  readonly sha256: string | null;
  /** `random` weights give distances that compare within one run only. */
  readonly kind: string;
}

/** What `metrics.json` holds. Distances are absent where a run was interrupted before they were computed. */
export interface Metrics {
  /** Fakes against the training images. */
  readonly score?: Score | undefined;
  /** Two random halves of the training images: with as many images, a smaller distance does not differ from 0. */
  readonly floor?: Score | undefined;
  /** Fakes of the generator before its first step, against the training images. */
  readonly untrained?: Score | undefined;
  /** Held-out real images against the training images. */
  readonly test?: Score | undefined;
  /**
   * Every metric against the training images. `ceiling`: held-out real images brought to the fakes' size, which a perfect generator
   * of that size can reach. Absent with fewer than six images.
   */
  readonly compared?: { readonly fakes: Compared; readonly ceiling?: Compared | undefined } | undefined;
  /** The energy of a lattice of two and four pixels in real and fake images of the fakes' size; about 1 without a lattice. */
  readonly lattice?: { readonly reals: Lattice[]; readonly fakes: Lattice[] } | undefined;
  /** What may be compared with each other: the same half of the training images against equally many of each kind. */
  readonly matched?: MatchedScores | undefined;
  /** Fakes against the training images during training, with `--score-every`; of as many fakes as `score`. */
  readonly curve?: readonly { readonly step: number; readonly fid: number }[] | undefined;
  readonly train: { readonly steps: number; readonly seconds_per_step: number; readonly backend: string };
  readonly data: { readonly description: string; readonly count: number };
  readonly weights?: WeightsOrigin | undefined;
  readonly seed: number;
  readonly interrupted: boolean;
  /** What a reader must know before quoting a number. */
  readonly notes: readonly string[];
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly versions: Readonly<Record<string, string>>;
}
