import { CxrFileError } from '@cxr/image';

/** Each row, or part of one in a tile, costs some time, however short it is. */
const MAX_ROWS = 2 ** 20;

/** @throws CxrFileError 'unsupported' for so many rows that decoding would take very long, however few pixels they have. */
export function checkRows(kind: string, rows: number): void {
  if (rows > MAX_ROWS)
    throw new CxrFileError('unsupported', `a ${kind} of ${rows} rows, more than ${MAX_ROWS}`);
}
