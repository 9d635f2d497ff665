import type { Progress } from './progress-line.js';

/**
 * The progress of a download in megabytes, to one decimal.
 * @param phase what is being downloaded
 * @param progress bytes received, and bytes in all if known
 */
export function downloadProgress(
  phase: string,
  { received, total }: { received: number; total?: number | undefined },
): Progress {
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return { phase, done: megabytes(received), total: total && megabytes(total), unit: 'MB' };
}
