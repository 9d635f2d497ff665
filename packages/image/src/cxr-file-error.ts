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
  | 'mismatch';

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

  constructor(code: CxrFileErrorCode, reason: string, options: CxrFileErrorOptions = {}) {
    const { file, cause } = options;
    super(file === undefined ? reason : `${file}: ${reason}`, cause === undefined ? {} : { cause });
    this.name = 'CxrFileError';
    this.code = code;
    this.reason = reason;
    if (file !== undefined) this.file = file;
  }
}

/** The same error, naming the file: for decoders that see only bytes. */
export function withFile(error: unknown, file: string | undefined): unknown {
  if (file === undefined || !(error instanceof CxrFileError) || error.file !== undefined) return error;
  return new CxrFileError(error.code, error.reason, { file, cause: error.cause });
}
