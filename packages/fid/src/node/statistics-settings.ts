import type { ReadImageOptions } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { type Preparation, resizeOf } from '../prepare-image.js';
import type { OpenEngine } from './open-engine.js';
import type { StatisticsSettings } from './path-report.js';

/** What statistics depend on beside their images. */
export interface Making {
  preparation: Preparation;
  bits: number | undefined;
  window: ReadImageOptions['window'];
  size: number | undefined;
  /** What computed them; with a given engine the weights are not known. */
  used: Pick<OpenEngine, 'engine' | 'weights'> | undefined;
}

/** It as text, to be written to files and compared. */
export function settingsOf({
  preparation,
  bits = 16,
  window = 'file',
  size,
  used,
}: Making): StatisticsSettings {
  const resize = resizeOf(preparation);
  const { encoder } = used?.engine ?? {};
  const weights = used?.weights?.sha256 ?? used?.weights?.kind;
  return {
    ...(resize === undefined ? { preprocessing: JSON.stringify(preparation) } : { resize }),
    bits: String(bits),
    window: windowText(window),
    size: size === undefined ? 'its own' : String(size),
    ...(weights !== undefined && { weights }),
    ...(encoder && { encoder: `${encoder.sha256} ${encoder.output} ${encoder.pool}` }),
  };
}

/**
 * The first setting by which statistics differ, of those that both say; unknown settings differ by nothing.
 * @param names those that count. @default all
 */
export function differenceOf(
  a: StatisticsSettings | undefined,
  b: StatisticsSettings | undefined,
  names?: readonly string[],
): string | undefined {
  if (!a || !b) return undefined;
  const [left, right] = [withEncoder(a), withEncoder(b)];
  return Object.keys(left).find(
    (name) => (names?.includes(name) ?? true) && right[name] !== undefined && right[name] !== left[name],
  );
}

/** Settings that must be the same for two sets to be compared; others may differ because the files do. */
const COMPARED = ['encoder', 'resize', 'preprocessing'];

/**
 * @param expected settings of the images that they are compared with. @default those of the first that says them
 * @throws CxrFileError 'mismatch' naming statistics that were made in another way.
 */
export function checkComparable(
  all: readonly { path: string; settings?: StatisticsSettings | undefined }[],
  expected: StatisticsSettings | undefined = all.find(({ settings }) => settings)?.settings,
): void {
  for (const { path, settings } of all) {
    const name = differenceOf(settings, expected, COMPARED);
    if (name === undefined) continue;
    const [found, other] = [settings, expected].map((one) => one?.[name] ?? 'none');
    throw new CxrFileError('mismatch', `statistics by another ${name}: ${found}, not ${other}`, {
      file: path,
    });
  }
}

/** Where none is named the Inception made them, or an engine of the caller's. */
export function withEncoder(settings: StatisticsSettings): StatisticsSettings {
  return { encoder: 'none', ...settings };
}

function windowText(window: NonNullable<Making['window']>): string {
  if (typeof window === 'string') return window;
  const { centre, width, shape } = window;
  return [centre, width, ...(shape === undefined ? [] : [shape])].join(',');
}

/** Settings as the bytes of a statistics file. */
export function encodeSettings(settings: StatisticsSettings): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(settings));
}

/** Settings as they were encoded. @throws RangeError for other bytes. */
export function decodeSettings(bytes: Uint8Array): StatisticsSettings {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Not JSON: refused below.
  }
  if (typeof value === 'object' && value !== null && Object.entries(value).every(isSetting))
    return value as StatisticsSettings;
  throw new RangeError('the settings of statistics are not an object of texts');
}

/** Whether both are text that can be shown. */
function isSetting(entry: readonly [string, unknown]): boolean {
  return entry.every((text) => typeof text === 'string' && !/\p{C}/u.test(text));
}
