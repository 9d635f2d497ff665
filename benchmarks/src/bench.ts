import { cpus, totalmem } from 'node:os';

/** One measured line. `ours` and `peer` are work done a second, each the median of its runs. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  /** null where the peer is not installed. */
  readonly peer: number | null;
  /** ours / peer */
  readonly ratio: number | null;
  readonly unit: string;
  readonly runs: number;
}

export interface BenchResult {
  readonly machine: string;
  /** What we are measured beside, with its version. */
  readonly peer: string;
  readonly rows: readonly BenchRow[];
  /** What a reader must know beside the ratios, such as peak memory. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** Says where the work stands; goes to standard error. */
  readonly log: (line: string) => void;
  /** Further words of the command line. */
  readonly args: readonly string[];
}

/** What each file of this folder exports as `run`. */
export type Bench = (options: BenchOptions) => Promise<BenchResult>;

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A row out of the runs of both sides, each in work done a second. */
export function row(
  name: string,
  unit: string,
  ours: readonly number[],
  peer: readonly number[] | null,
): BenchRow {
  const own = median(ours);
  const other = peer === null ? null : median(peer);
  return {
    name,
    ours: own,
    peer: other,
    ratio: other === null ? null : own / other,
    unit,
    runs: ours.length,
  };
}

/** What seconds are counted: those of a clock, or those that all processors worked for this process. */
export type Clock = 'wall' | 'processor';

/** Starts a stopwatch: the function gives the seconds since then. */
export function stopwatch(clock: Clock): () => number {
  const now = (): number => {
    if (clock === 'wall') return performance.now() / 1000;
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const start = now();
  return () => now() - start;
}

export function machine(): string {
  const cores = cpus();
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}
