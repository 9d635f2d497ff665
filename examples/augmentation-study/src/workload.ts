import type { Progress } from '@cxr/cli';

/** Rough seconds of the parts of a study on a core: only their proportions matter, for the time left. */
export const COSTS: {
  /** A step of a generator's training, batch 32. */
  ganStep(size: number, width: number): number;
  /** An image of a generator that was given. */
  fake(size: number, width: number): number;
  /** A step of a network's training, batch 32. */
  convnetStep(size: number): number;
  /** The Inception network on one image. */
  readonly activation: number;
  /** Fitting a probe. */
  readonly probe: number;
} = {
  ganStep: (size, width) => 0.42 * (size / 64) ** 2 * (width / 32),
  fake: (size, width) => 0.003 * (size / 64) ** 2 * (width / 32),
  convnetStep: (size) => 0.065 * (size / 64),
  activation: 0.1,
  probe: 4,
};

/** How much of a study is done, over all of its parts: the time left is that of the whole. */
export interface Workload {
  /** A part's work is done; `what` says which it was. */
  add(cost: number, what: string): void;
}

/** Starts counting towards `total`, in the unit of `COSTS`. */
export function startWorkload(total: number, onProgress: (progress: Progress) => void): Workload {
  let done = 0;
  return {
    add(cost, what) {
      done += cost;
      const percent = Math.min(100, Math.round((1000 * done) / Math.max(total, 1e-9)) / 10);
      onProgress({ phase: 'training', done: percent, total: 100, unit: '%', detail: what });
    },
  };
}
