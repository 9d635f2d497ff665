import { chartRow } from './row.js';
import { valueText } from './value-text.js';

/** A row of `bars`. */
export interface Bar {
  readonly label: string;
  /** Drawn without a length where it is not finite. */
  readonly value: number;
  /** At the end of the row. @default the value with three significant digits */
  readonly text?: string | undefined;
  /** Drawn stronger: what the page is about. @default false */
  readonly main?: boolean | undefined;
}

/** Options of `bars`. */
export interface BarsOptions {
  /** Bars are drawn from 0 to this, or to the largest value. @default a logarithmic scale of whole decades */
  readonly max?: number | undefined;
  /** A value at which a line crosses every row, to compare with. @default none */
  readonly mark?: number | undefined;
}

/** Values as bars, one a row in the order given, as HTML for `page`. */
export function bars(rows: readonly Bar[], options: BarsOptions = {}): string {
  const share = scale(
    rows.map(({ value }) => value),
    options.max,
  );
  const mark = options.mark === undefined ? '' : `<i style="left: ${share(options.mark)}%"></i>`;
  const lines = rows.map(({ value, text = valueText(value, 3), ...row }) => {
    const fill = `<b style="width: ${share(value)}%"></b>`;
    return chartRow(row, `${fill}${mark}`, text);
  });
  return `<div class="bars">\n${lines.join('\n')}\n</div>`;
}

/** From a value to its length in percent, one decimal. */
function scale(values: readonly number[], max: number | undefined): (value: number) => number {
  const percent = (share: number) => Math.round(1000 * Math.max(0, Math.min(1, share || 0))) / 10;
  const finite = values.filter(Number.isFinite);
  if (max !== undefined) {
    const top = Math.max(max, ...finite);
    return (value) => percent(value / top);
  }
  const positive = finite.filter((value) => value > 0);
  if (positive.length === 0) return () => 0;
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive) * 1.0001));
  return (value) => percent(Math.log10(Math.max(value, low) / low) / Math.log10(high / low));
}
