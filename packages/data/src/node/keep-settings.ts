import { readFile } from 'node:fs/promises';
import { CxrFileError, checkText, describeValue } from '@cxr/image';
import { fileSystemError } from './file-system-error.js';
import { writeFileAtomic } from './write-file-atomic.js';

/**
 * Writes the settings of long work as JSON, for work that is gone on with later: where the file is there already, they must be the
 * same. Settings are compared by name as JSON, so one that is undefined equals one that is missing; names that only the file has do not count.
 * @throws CxrFileError 'mismatch' naming the file and the first setting that differs, with both values; 'corrupt' for a file that holds no
 * settings; or as it cannot be read or written. TypeError for settings that are no object.
 */
export async function keepSettings(file: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  checkText('file', file);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new TypeError(`settings must be an object, not ${describeValue(settings)}`);
  }
  const before = await readSettings(file);
  if (before === undefined) {
    await writeFileAtomic(file, `${JSON.stringify(settings, null, 2)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(settings)) {
    const [was, now] = [JSON.stringify(before[name]), JSON.stringify(value)];
    if (was !== now) {
      const reason = `its folder holds work with other settings: ${name} was ${was}, now ${now}; choose another folder`;
      throw new CxrFileError('mismatch', reason, { file });
    }
  }
}

async function readSettings(file: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileSystemError(cause, file);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // No JSON: the same as JSON that is no object.
  }
  throw new CxrFileError('corrupt', 'not settings as JSON', { file });
}
