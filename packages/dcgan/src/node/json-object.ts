import { CxrFileError } from '@cxr/image';

/** Reads bytes that should be a JSON object. @throws CxrFileError `corrupt` naming the file. */
export function parseJsonObject(bytes: Uint8Array, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CxrFileError('corrupt', 'not JSON', { file, cause });
  }
  if (isObject(value)) return value;
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  throw new CxrFileError('corrupt', `not a JSON object but ${what}`, { file });
}

/** Whether a JSON value is an object: not null and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
