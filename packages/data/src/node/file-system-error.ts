import { CxrFileError, type CxrFileErrorCode } from '../cxr-file-error.js';

const MEANINGS: Record<string, [CxrFileErrorCode, string]> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-a-directory', 'not a folder'],
  EISDIR: ['not-a-file', 'a folder, not a file'],
  EACCES: ['unreadable', 'permission denied'],
  EPERM: ['unreadable', 'permission denied'],
};

/** What the file system said, as our error. */
export function fileSystemError(cause: unknown, file: string): CxrFileError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const [meaning, reason] = MEANINGS[code] ?? (['unreadable', message] as const);
  return new CxrFileError(meaning, reason, { file, cause });
}
