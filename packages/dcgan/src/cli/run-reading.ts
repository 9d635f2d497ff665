import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Reading, savedReading, UsageError, windowText } from '@cxr/cli';
import { CxrFileError } from '@cxr/image';
import { readConfigFile } from './config-flags.js';

interface RunFlags extends Reading {
  out: string;
  resume?: boolean;
  config?: string;
}

/**
 * How the images of a run are read: as its flags say, else as the run to resume was, or the one whose config.json is given.
 * @throws UsageError for flags that would go on with a run by images read in another way.
 */
export async function readingOfRun({ out, resume, config, bits, window }: RunFlags): Promise<Reading> {
  const own = join(out, 'config.json');
  const resumed = resume === true && existsSync(own);
  const saved = resumed
    ? await readReading(own)
    : config === undefined
      ? undefined
      : await readReading(config);
  if (resumed && saved) {
    const asked = { bits, window: window && windowText(window) };
    const before = { bits: saved.bits ?? 16, window: windowText(saved.window ?? 'file') };
    for (const name of ['bits', 'window'] as const) {
      if (asked[name] !== undefined && asked[name] !== before[name])
        throw new UsageError(`${out} was started with --${name} ${before[name]}, not ${asked[name]}`);
    }
  }
  return { ...saved, ...(bits !== undefined && { bits }), ...(window !== undefined && { window }) };
}

/** What a config.json keeps of it; undefined for settings alone, and for runs of earlier versions. */
async function readReading(file: string): Promise<Reading | undefined> {
  const { reading } = await readConfigFile(file);
  if (reading === undefined) return undefined;
  const saved = savedReading(reading);
  if (saved) return saved;
  const reason = 'its "reading" does not say bits (1 to 16) and a window (file, all, or centre and width)';
  throw new CxrFileError('corrupt', reason, { file });
}
