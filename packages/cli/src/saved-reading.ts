import type { WindowChoice } from './flags.js';

/** How images are read, as `--bits` and `--window` say it. */
export interface Reading {
  /** Bits that 16-bit PNG and TIFF really use, 1 to 16. @default 16 */
  bits?: number | undefined;
  /** Values shown from black to white. @default 'file' */
  window?: WindowChoice | undefined;
}

/** What a run's JSON file keeps of how its images were read. @returns undefined for what is no such object. */
export function savedReading(value: unknown): Reading | undefined {
  if (!isObject(value)) return undefined;
  const { bits, window } = value;
  const whole = typeof bits === 'number' && Number.isInteger(bits) && bits >= 1 && bits <= 16;
  if ((bits !== undefined && !whole) || (window !== undefined && !isWindow(window))) return undefined;
  return { ...(whole && { bits }), ...(window !== undefined && { window }) };
}

function isWindow(value: unknown): value is WindowChoice {
  if (value === 'file' || value === 'all') return true;
  return (
    isObject(value) &&
    Number.isFinite(value.centre) &&
    Number.isFinite(value.width) &&
    (value.width as number) > 0
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of `--window` as it is given on the command line. */
export function windowText(window: WindowChoice): string {
  return typeof window === 'string' ? window : `${window.centre},${window.width}`;
}
