import { CxrFileError, type CxrFileErrorCode } from '@cxr/image';

const MEANINGS: Record<string, [CxrFileErrorCode, string]> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-a-directory', 'not a folder'],
  // mkdir says so of a file where a folder is to be.
  EEXIST: ['not-a-directory', 'a file is where a folder must be'],
  EISDIR: ['not-a-file', 'a folder, not a file'],
};

/** What the file system said, as our error; `otherwise` is the code for what is not more special. */
export function fileSystemError(
  cause: unknown,
  file: string,
  otherwise: 'unreadable' | 'unwritable' = 'unreadable',
): CxrFileError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const [meaning, reason] = MEANINGS[code] ?? ([otherwise, message] as const);
  return new CxrFileError(meaning, reason, { file, cause });
}
