/** Where long work stands: `done` of `total` in `unit`. */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly detail?: string;
}

/** Seconds as people say them: `8 s`, `3 min 20 s`, `1 h 05 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return minutes < 60
    ? `${minutes} min ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Draws one line that keeps being overwritten, with the rate and the time left of the phase at hand.
 * Where the stream is no terminal, each phase says one line when it begins, and nothing else.
 */
export function progressLine(
  stream: Terminal,
  now: () => number = () => performance.now() / 1000,
): { update(progress: Progress): void; end(): void } {
  let phase = '';
  let began = 0;
  let first = 0;
  let drawn = false;
  const end = () => {
    if (drawn) stream.write('\n');
    drawn = false;
  };
  return {
    update(progress) {
      if (progress.phase !== phase) {
        end();
        phase = progress.phase;
        began = now();
        first = progress.done;
        if (!stream.isTTY) stream.write(`${phase} (${progress.total} ${progress.unit})\n`);
      }
      if (!stream.isTTY) return;
      const rate = (progress.done - first) / (now() - began);
      const pace =
        rate > 0
          ? `, ${rate.toPrecision(3)} ${progress.unit}/s, ${duration((progress.total - progress.done) / rate)} left`
          : '';
      const detail = progress.detail ? `, ${progress.detail}` : '';
      const text = `${phase}: ${progress.done}/${progress.total} ${progress.unit}${pace}${detail}`;
      stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 100) - 1)}`);
      drawn = true;
    },
    end,
  };
}
