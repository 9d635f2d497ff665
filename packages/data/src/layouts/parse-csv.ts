import { CxrFileError } from '@cxr/image';

/**
 * The rows of a CSV file (RFC 4180: quoted fields may hold commas, quotes and line ends), each by the names of the first
 * row. Empty lines are left out.
 * @throws CxrFileError 'empty', or 'corrupt' for an open quote or a row with more fields than names.
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [names, ...rows] = parseRows(text.replace(/^\ufeff/, ''));
  if (!names) throw new CxrFileError('empty', 'the CSV file is empty');
  return rows.map((fields, i) => {
    if (fields.length > names.length) {
      throw new CxrFileError(
        'corrupt',
        `row ${i + 2} of the CSV file has ${fields.length} fields, not ${names.length}`,
      );
    }
    return Object.fromEntries(names.map((name, column) => [name.trim(), fields[column] ?? '']));
  });
}

function parseRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A field, in quotes or not, and what ends it.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  while (field.lastIndex < text.length) {
    const start = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new CxrFileError('corrupt', `the CSV file has a stray quote near character ${start}`);
    const [, quoted, plain, end] = match;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ',' && field.lastIndex < text.length) continue;
    if (end === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
