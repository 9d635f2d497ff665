import { CxrFileError } from '@cxr/data';

/** An error of the file system as a `CxrFileError` that names the file and what was tried. */
export function fileFailure(cause: unknown, file: string, tried: string): unknown {
  if (cause instanceof CxrFileError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause;
  if (code === 'ENOENT')
    return new CxrFileError('not-found', `${tried}: no such file or folder`, { file, cause });
  return new CxrFileError('unreadable', `${tried}: ${REASONS[code] ?? code}`, { file, cause });
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
};
