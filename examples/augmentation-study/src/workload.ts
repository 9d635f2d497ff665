import type { Progress } from '@cxr/cli';

/** Rough seconds of one step or image on a core: only their proportions matter, for the time left. */
export const COSTS = { ganStep: 0.4, convnetStep: 0.08, activation: 0.09, probe: 4 } as const;

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
