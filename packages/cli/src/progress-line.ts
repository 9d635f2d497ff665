import { escapeControls } from '@cxr/image';
import { duration } from './duration.js';

/** How much of some long work is done: `done` of `total`, in `unit`. */
export interface Progress {
  /** What is being done. A new phase starts the clock again. */
  readonly phase: string;
  readonly done: number;
  /** @default unknown: no bar and no time left */
  readonly total?: number | undefined;
  /** In the plural: images, steps, MB. */
  readonly unit: string;
  /** Text after the time left. @default none */
  readonly detail?: string | undefined;
}

/** The part of a writable stream that is used here. */
export interface TextStream {
  /** Whether it is a terminal. @default false */
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. @default 100 */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** A line that shows progress, see `progressLine`. */
export interface ProgressLine {
  /** Draws the line, or writes it if 30 seconds have passed. */
  update(progress: Progress): void;
  /** On a terminal: ends the line, so that something else can be written. */
  end(): void;
}

/** Seconds between lines without a terminal. */
const LINE_EVERY = 30;

/**
 * Reports progress with rate and time left. On a terminal it redraws one line, with a bar if the total is known; elsewhere it
 * writes a line when a phase starts and every 30 seconds.
 * @param now the time in seconds, for tests. @default the process's clock
 */
export function progressLine(
  stream: TextStream,
  now: () => number = () => performance.now() / 1000,
): ProgressLine {
  let phase: string | undefined;
  let start = 0;
  let first = 0;
  let lineAt = 0;
  let drawn = false;
  const end = () => {
    if (drawn) stream.write('\n');
    drawn = false;
  };
  return {
    end,
    update(progress) {
      const time = now();
      const isNew = progress.phase !== phase;
      if (isNew) {
        end();
        phase = progress.phase;
        start = time;
        first = progress.done;
      }
      const text = escapeControls(describe(progress, (progress.done - first) / (time - start)));
      if (stream.isTTY) {
        const width = (stream.columns ?? 100) - 1;
        stream.write(`\r\x1b[2K${`${bar(progress, width - text.length)}${text}`.slice(0, width)}`);
        drawn = true;
      } else if (isNew || time - lineAt >= LINE_EVERY) {
        stream.write(`${text}\n`);
        lineAt = time;
      }
    },
  };
}

function describe({ phase, done, total, unit, detail }: Progress, rate: number): string {
  const count = total === undefined ? `${done} ${unit}` : `${done}/${total} ${unit}`;
  const pace = rate > 0 && Number.isFinite(rate) ? `, ${paceText(rate, unit)}` : '';
  const left = pace === '' || total === undefined ? '' : `, ${duration((total - done) / rate)} left`;
  return `${phase}: ${count}${pace}${left}${detail ? `, ${detail}` : ''}`;
}

/** Below one a second, seconds each are easier to read. */
function paceText(rate: number, unit: string): string {
  return rate >= 1 ? `${rate.toPrecision(3)} ${unit}/s` : `${(1 / rate).toPrecision(3)} s each`;
}

const BAR = 20;

/** A bar of 20 cells; nothing if there is no room for it. */
function bar({ done, total }: Progress, room: number): string {
  if (total === undefined || total <= 0 || room < BAR + 1) return '';
  const full = Math.round(BAR * Math.min(1, Math.max(0, done / total)));
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} `;
}
