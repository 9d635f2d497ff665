import { checkText } from './check-arguments.js';
import { checkOptions } from './check-options.js';
import { escapeControls } from './escape-controls.js';

/** What is wrong with a file. The words are stable, so a program may switch on them. */
export type CxrFileErrorCode =
  | 'not-found'
  | 'not-a-directory'
  | 'not-a-file'
  | 'unreadable'
  | 'unwritable'
  | 'empty'
  | 'truncated'
  | 'corrupt'
  | 'unsupported'
  | 'too-large'
  | 'mismatch'
  | 'locked';

/** Options of `CxrFileError`. */
export interface CxrFileErrorOptions {
  /** The file, or the name the caller gave to the bytes. @default none */
  file?: string | undefined;
  /** The error that led to this one. @default none */
  cause?: unknown;
}

/**
 * The error for files and formats: a file is missing, cut off, malformed, of an unknown type, too large or cannot be written.
 * For wrong arguments there are TypeError and RangeError.
 */
export class CxrFileError extends Error {
  /** What is wrong, in a word. */
  readonly code: CxrFileErrorCode;
  /** The file, or the name the caller gave to its bytes; missing where there is none. */
  readonly file?: string;
  /** What is wrong, without the file's name. */
  readonly reason: string;

  /**
   * @param reason may quote the file. Control characters in it are escaped and long text is cut, so that a file can neither
   * control the terminal nor flood it. `message` has the file's name treated in the same way.
   */
  constructor(code: CxrFileErrorCode, reason: string, options: CxrFileErrorOptions = {}) {
    checkOptions<CxrFileErrorOptions>('CxrFileError', options, { file: true, cause: true });
    const { file, cause } = options;
    const text = printable(reason);
    super(file === undefined ? text : `${printable(file)}: ${text}`, cause === undefined ? {} : { cause });
    this.name = 'CxrFileError';
    this.code = code;
    this.reason = text;
    if (file !== undefined) this.file = file;
  }
}

/** Longest path of Linux. */
const MAX_LENGTH = 4096;

function printable(text: string): string {
  checkText('reason and file', text);
  return escapeControls(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}

/** Adds the file's name to the error of a decoder that sees only bytes. Other errors are returned as they are. */
export function withFile(error: unknown, file: string | undefined): unknown {
  if (file === undefined || !(error instanceof CxrFileError) || error.file !== undefined) return error;
  return new CxrFileError(error.code, error.reason, { file, cause: error.cause });
}
