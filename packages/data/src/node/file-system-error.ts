import { CxrFileError, type CxrFileErrorCode, withFile } from '@cxr/image';

const MEANINGS: Record<string, [CxrFileErrorCode, string]> = {
  ENOENT: ['not-found', 'there is no such file or folder'],
  ENOTDIR: ['not-a-directory', 'not a folder'],
  // mkdir says so of a file where a folder is to be.
  EEXIST: ['not-a-directory', 'a file is where a folder must be'],
  EISDIR: ['not-a-file', 'a folder, not a file'],
};

/** Reasons that are not about what lies there; the code is that of what was tried. */
const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'a circle of links',
  EMFILE: 'too many open files',
};

/** An error of the file system as a CxrFileError, with the code `fallback` unless a more precise one is known. */
export function fileSystemError(
  cause: unknown,
  file: string,
  fallback: 'unreadable' | 'unwritable' = 'unreadable',
): CxrFileError {
  if (cause instanceof CxrFileError) return withFile(cause, file) as CxrFileError;
  const { code = '', message = String(cause) } = (cause ?? {}) as NodeJS.ErrnoException;
  // Said of a file to be written: its folder takes no files, as /proc.
  if (code === 'ENOENT' && fallback === 'unwritable')
    return new CxrFileError('unwritable', 'no file can be made here', { file, cause });
  // Node shows bytes that are not UTF-8 so, and finds nothing by such a name.
  if (code === 'ENOENT' && file.includes('\uFFFD')) {
    return new CxrFileError('unreadable', 'its name is not UTF-8, so it cannot be opened: rename it', {
      file,
      cause,
    });
  }
  const [meaning, reason] = MEANINGS[code] ?? ([fallback, REASONS[code] ?? message] as const);
  return new CxrFileError(meaning, reason, { file, cause });
}
