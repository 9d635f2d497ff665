import { escapeHtml } from './escape-html.js';
import { chartRow } from './row.js';
import { valueText } from './value-text.js';

/** A row of `intervals`. */
export interface IntervalRow {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** At the end of the row. @default the value with three significant digits */
  readonly text?: string | undefined;
  /** Drawn stronger. @default false */
  readonly main?: boolean | undefined;
}

/** Options of `intervals`. */
export interface IntervalsOptions {
  /** A value at which a line crosses every row, such as no difference. @default 0 */
  readonly mark?: number | undefined;
  /** Below the rows: what the scale is. @default none */
  readonly caption?: string | undefined;
  /** Ends of the scale; wider intervals are cut there. @default all intervals fit, and `mark` */
  readonly range?: readonly [low: number, high: number] | undefined;
}

/** Values with their intervals on one scale, one a row (a forest plot), as HTML for `page`. Rows that are not finite show their text alone. */
export function intervals(rows: readonly IntervalRow[], options: IntervalsOptions = {}): string {
  const { mark = 0, caption } = options;
  const finite = rows.filter((row) => [row.value, row.low, row.high].every(Number.isFinite));
  const low = options.range?.[0] ?? Math.min(mark, ...finite.map((row) => row.low));
  const high = options.range?.[1] ?? Math.max(mark, ...finite.map((row) => row.high));
  const span = high - low || 1;
  const place = (value: number) => Math.round(1000 * Math.max(0, Math.min(1, (value - low) / span))) / 10;
  const lines = rows.map((row) => {
    const drawn = finite.includes(row)
      ? `<u style="left: ${place(row.low)}%; width: ${Math.max(0, place(row.high) - place(row.low)).toFixed(1)}%"></u><s style="left: ${place(row.value)}%"></s>`
      : '';
    const line = `<i style="left: ${place(mark)}%"></i>`;
    return chartRow(row, `${drawn}${line}`, row.text ?? valueText(row.value, 3));
  });
  const ends = `<div class="row scale"><span></span><div class="ends"><em>${valueText(low, 2)}</em><em>${valueText(high, 2)}</em></div><span></span></div>`;
  const below = caption === undefined ? '' : `\n<p class="caption">${escapeHtml(caption)}</p>`;
  return `<div class="bars forest">\n${[...lines, ends].join('\n')}\n</div>${below}`;
}
