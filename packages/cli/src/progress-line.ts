import { escapeControls } from '@cxr/image';
import { duration } from './duration.js';

/** How far long work is: `done` of `total`, in `unit`. */
export interface Progress {
  /** What is being done; another phase starts the clock again. */
  readonly phase: string;
  readonly done: number;
  /** Where it is known. */
  readonly total?: number | undefined;
  /** Plural: images, steps, MB. */
  readonly unit: string;
  readonly detail?: string | undefined;
}

/** The part of a stream that is used here. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressLine {
  update(progress: Progress): void;
  /** Ends the line on a terminal, so that something else can be written. */
  end(): void;
}

/** Seconds between lines where there is no terminal. */
const LINE_EVERY = 30;

/**
 * Reports progress with rate and time left: on a terminal as one line that is drawn again and again, with a bar where the
 * total is known; elsewhere as a line when a phase starts and every 30 seconds.
 * @param now seconds, for tests.
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

/** Slow work reads better as seconds each. */
function paceText(rate: number, unit: string): string {
  return rate >= 1 ? `${rate.toPrecision(3)} ${unit}/s` : `${(1 / rate).toPrecision(3)} s each`;
}

const BAR = 20;

/** A bar of 20 cells where there is room for it. */
function bar({ done, total }: Progress, room: number): string {
  if (total === undefined || total <= 0 || room < BAR + 1) return '';
  const full = Math.round(BAR * Math.min(1, Math.max(0, done / total)));
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} `;
}
