import type { ReadImageOptions } from '@cxr/data/node';
import { type Preparation, resizeOf } from '../prepare-image.js';
import type { OpenEngine } from './open-engine.js';
import type { StatisticsPart } from './path-report.js';

/** What the statistics of a part depend on beside its images. */
export interface PartSettings {
  preparation: Preparation;
  bits: number | undefined;
  window: ReadImageOptions['window'];
  size: number | undefined;
  /** What computed them; with a given engine the weights are not known. */
  used: Pick<OpenEngine, 'engine' | 'weights'> | undefined;
}

/** The part with its settings. */
export function withSettings(
  part: StatisticsPart,
  { preparation, bits = 16, window = 'file', size, used }: PartSettings,
): StatisticsPart {
  const resize = resizeOf(preparation);
  const { encoder } = used?.engine ?? {};
  const weights = used?.weights?.sha256 ?? used?.weights?.kind;
  return {
    ...part,
    settings: {
      ...(resize === undefined ? { preprocessing: JSON.stringify(preparation) } : { resize }),
      bits: String(bits),
      window: windowText(window),
      size: size === undefined ? 'its own' : String(size),
      ...(weights !== undefined && { weights }),
      ...(encoder && { encoder: `${encoder.sha256} ${encoder.output} ${encoder.pool}` }),
    },
  };
}

function windowText(window: NonNullable<PartSettings['window']>): string {
  if (typeof window === 'string') return window;
  const { centre, width, shape } = window;
  return [centre, width, ...(shape === undefined ? [] : [shape])].join(',');
}

/** Settings as the bytes of a statistics file. */
export function encodeSettings(settings: Readonly<Record<string, string>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(settings));
}

/** Settings as they were encoded. @throws RangeError for other bytes. */
export function decodeSettings(bytes: Uint8Array): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // Not JSON: refused below.
  }
  if (typeof value === 'object' && value !== null && Object.entries(value).every(isSetting))
    return value as Record<string, string>;
  throw new RangeError('the settings of a shard are not an object of texts');
}

/** Whether both are text that can be shown. */
function isSetting(entry: readonly [string, unknown]): boolean {
  return entry.every((text) => typeof text === 'string' && !/\p{C}/u.test(text));
}
