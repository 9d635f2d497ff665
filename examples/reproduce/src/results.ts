import type { ResizeMode } from '@cxr/fid';
import type { ScoreLine } from './train-paper.js';

/** A row of the final table. */
export interface TableRow {
  readonly id: 'paper' | 'ours' | 'xray' | 'other' | 'ceiling' | 'floor';
  /** What the reals are compared with. */
  readonly label: string;
  readonly fid: number;
  /** How many reals, and how many of the others. */
  readonly n1: number;
  readonly n2: number;
}

/** One set under all choices. */
export interface ChoiceRow {
  readonly label: string;
  readonly count: number;
  /** Whether each image was stretched to the whole range of grey; null where nobody would. */
  readonly stretch: boolean | null;
  /** FID against the reals, by how images became 299 × 299. */
  readonly fid: Readonly<Partial<Record<ResizeMode, number>>>;
}

/** What `metrics.json` holds. */
export interface ReproduceMetrics {
  /** By the paper's choices, or those that the flags name: `choices`. */
  readonly table: readonly TableRow[];
  readonly choices: { readonly stretch: boolean; readonly resize: ResizeMode; readonly dims: number };
  /** What the choices do to the number. */
  readonly byChoice: readonly ChoiceRow[];
  /** Along the way, by `choices`. */
  readonly curve: readonly ScoreLine[];
  readonly train: {
    readonly iterations: number;
    readonly batchSize: number;
    readonly paper: { readonly iterations: number; readonly batchSize: number };
    /** A median. */
    readonly secondsPerIteration: number;
    readonly minutes: number;
    readonly backend: string;
  };
  readonly data: {
    readonly description: string;
    readonly className: string;
    readonly trainedOn: number;
    readonly digest: string;
  };
  readonly weights: { readonly kind: string; readonly sha256: string | null };
  readonly engine: string;
  /** What a reader must know before quoting a number. */
  readonly notes: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
}
