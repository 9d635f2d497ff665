import { escapeControls } from './escape-controls.js';

/** What is wrong with a file: stable words for programs to switch on. */
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

export interface CxrFileErrorOptions {
  /** The file, or the name the caller gave to the bytes. */
  file?: string | undefined;
  cause?: unknown;
}

/**
 * The one error for files and formats: what was read is missing, cut off, malformed, of an unknown type or too large.
 * Wrong arguments are TypeError and RangeError instead.
 */
export class CxrFileError extends Error {
  readonly code: CxrFileErrorCode;
  readonly file?: string;
  /** What is wrong, without the file's name in front. */
  readonly reason: string;

  /**
   * @param reason may hold names that stand in the file: control characters are escaped, and what is too long for a message is
   * cut, so that a file can neither steer a terminal nor flood it. The same is done to the file's name in `message`.
   */
  constructor(code: CxrFileErrorCode, reason: string, options: CxrFileErrorOptions = {}) {
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
  return escapeControls(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}

/** The same error, naming the file: for decoders that see only bytes. */
export function withFile(error: unknown, file: string | undefined): unknown {
  if (file === undefined || !(error instanceof CxrFileError) || error.file !== undefined) return error;
  return new CxrFileError(error.code, error.reason, { file, cause: error.cause });
}
