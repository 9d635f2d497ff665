import { CxrFileError, withFile } from '@cxr/image';

/** An error of the file system as a `CxrFileError` that names the file and what was tried. */
export function fileFailure(cause: unknown, file: string, tried: 'read' | 'write'): unknown {
  if (cause instanceof CxrFileError) return withFile(cause, file);
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return withFile(cause, file);
  const reason = `cannot ${tried} it: ${REASONS[code] ?? code}`;
  const kind = tried === 'write' ? 'unwritable' : code === 'ENOENT' ? 'not-found' : 'unreadable';
  return new CxrFileError(kind, reason, { file, cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'part of the path is not a folder',
  EISDIR: 'it is a folder',
};
