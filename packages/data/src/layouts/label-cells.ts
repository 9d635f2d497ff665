/** What pandas's `read_csv` takes for a missing value. */
const MISSING = new Set(
  '|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null'.split(
    '|',
  ),
);

/** Whether pandas would read the cell as missing. */
export function isMissing(cell: string): boolean {
  return MISSING.has(cell.trim());
}

/** A finding's cell: 1 there, 0 not there or nothing said, −1 uncertain; undefined for anything else. */
export function readTruth(cell: string): 1 | 0 | -1 | undefined {
  const text = cell.trim();
  if (isMissing(text) || /^(false|no|-?0(\.0*)?)$/i.test(text)) return 0;
  if (/^(true|yes|1(\.0*)?)$/i.test(text)) return 1;
  return /^-1(\.0*)?$/.test(text) ? -1 : undefined;
}

/** The labels of a cell: `a|b`, or a list as Python or JSON writes it, `['a', "b's"]`. Each once, without white space around it. */
export function readLabels(cell: string): string[] {
  const text = cell.trim();
  if (isMissing(text)) return [];
  const labels = /^[[({].*[\])}]$/s.test(text) ? readList(text.slice(1, -1)) : text.split('|');
  return [...new Set(labels.map((label) => label.trim()).filter((label) => !isMissing(label)))];
}

/** The strings in quotes; without quotes, what stands between commas. */
function readList(text: string): string[] {
  const quoted = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gs)];
  if (quoted.length === 0) return text.split(',');
  return quoted.map(([, single, double]) => (single ?? double!).replace(/\\(.)/gs, '$1'));
}
