import type { BackendName } from './backend-name.js';

/** Settings that a candidate may use. */
export interface CandidateOptions {
  /** Threads for matrix products; default: as many as there are processors. */
  threads?: number;
  /** True when the caller asked for this one by name, so that a slow device is better than none. */
  wanted: boolean;
}

/** One backend that might be there. */
export interface Candidate {
  name: BackendName;
  /** Loads it and gives the name under which TensorFlow.js knows it; throws an error that says why it cannot. */
  start(options: CandidateOptions): Promise<string>;
  /** What it had to do without when it started, if anything. */
  lack?(): string | undefined;
}
