import { CxrFileError, checkText } from '@cxr/image';

/** Rows × columns of one file: PadChest's table has 6 million. */
const MAX_CELLS = 16_000_000;
/** Columns of one file: the widest known tables have some hundred. */
const MAX_COLUMNS = 2000;

/** A table as arrays: a row may be shorter than `names`. */
export interface CsvTable {
  /** Names of the columns, each once. */
  names: string[];
  /** The names as the file spells them. */
  written: string[];
  rows: string[][];
}

/**
 * The rows of a CSV file (RFC 4180: quoted fields may hold separators, quotes and line ends), each by the names of the
 * first row, as pandas's `read_csv(dtype=str, keep_default_na=False)` reads them. Fields are separated by commas,
 * semicolons or tabs, whichever the first row has most of. Empty lines are left out, fields that a row lacks are '', a name
 * that comes again gets a number: `x`, `x.1`.
 * @throws CxrFileError 'empty'; 'corrupt' for an open quote or a row with more fields than names; 'too-large' for more than
 * 2000 columns or 16 million cells; TypeError unless `text` is a string.
 */
export function parseCsv(text: string): Record<string, string>[] {
  const { names, rows } = parseTable(text);
  return rows.map((fields) => Object.fromEntries(names.map((name, column) => [name, fields[column] ?? ''])));
}

/** As `parseCsv`, without an object for each row. */
export function parseTable(text: string): CsvTable {
  checkText('the text of a CSV file', text);
  // Spreadsheets may name the separator in a line of its own.
  const [start = '', named] = /^\ufeff?(?:"?sep=([,;\t])"?\r?\n)?/i.exec(text) ?? [];
  const body = text.slice(start.length);
  const [head, ...rows] = parseRows(body, named ?? separatorOf(body));
  if (!head) throw new CxrFileError('empty', 'the CSV file is empty');
  for (const [i, fields] of rows.entries()) {
    // Some writers end each row with a separator.
    while (fields.length > head.length && fields.at(-1)!.trim() === '') fields.pop();
    if (fields.length > head.length) {
      throw new CxrFileError(
        'corrupt',
        `row ${i + 2} of the CSV file has ${fields.length} fields, not ${head.length}`,
      );
    }
  }
  const written = head.map((name) => name.trim());
  return { names: distinct(written), written, rows };
}

/** Of the first row, outside quotes; a comma if there is none. */
function separatorOf(text: string): string {
  const counts = new Map([
    [',', 0],
    [';', 0],
    ['\t', 0],
  ]);
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) {
      if (at > 0 && [...counts.values()].some((count) => count > 0)) break;
    } else if (!quoted && counts.has(character)) counts.set(character, counts.get(character)! + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function distinct(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Map<string, number>();
  return names.map((name) => {
    let count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    if (count === 0) return name;
    while (taken.has(`${name}.${count}`)) count++;
    taken.add(`${name}.${count}`);
    return `${name}.${count}`;
  });
}

function parseRows(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const plainEnd = new RegExp(`[${separator}\r\n]`, 'g');
  let at = 0;
  while (at < text.length) {
    let field = '';
    const start = at;
    let quoted = false;
    // A quote that does not open a field is a character like others.
    if (text[at] === '"') {
      [field, at] = quotedField(text, at);
      quoted = true;
    }
    plainEnd.lastIndex = at;
    const end = plainEnd.exec(text)?.index ?? text.length;
    row.push(quoted ? field + text.slice(at, end) : text.slice(start, end));
    if (row.length > MAX_COLUMNS) {
      throw new CxrFileError('too-large', `a CSV file of more than ${MAX_COLUMNS} columns`);
    }
    at = end + 1;
    if (text[end] === separator) {
      if (at < text.length) continue;
      row.push('');
    }
    if (text[end] === '\r' && text[at] === '\n') at++;
    if (row.length > 1 || quoted || /[^ \t]/.test(row[0]!)) {
      rows.push(row);
      if (rows.length * rows[0]!.length > MAX_CELLS) {
        throw new CxrFileError('too-large', `a CSV file of more than ${MAX_CELLS} cells`);
      }
    }
    row = [];
  }
  return rows;
}

/** What stands between the quote at `at` and the one that closes it, and the place after that. */
function quotedField(text: string, at: number): [field: string, end: number] {
  const parts: string[] = [];
  for (let from = at + 1; ; ) {
    const close = text.indexOf('"', from);
    if (close < 0) throw new CxrFileError('corrupt', `the CSV file has an open quote near character ${at}`);
    parts.push(text.slice(from, close));
    if (text[close + 1] !== '"') return [parts.join('"'), close + 1];
    from = close + 2;
  }
}
