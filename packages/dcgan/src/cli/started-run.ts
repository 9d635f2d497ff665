import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '@cxr/cli';
import { CxrFileError } from '@cxr/image';
import { CONFIG_KEYS, type TrainConfig } from '../config.js';
import { readConfig, readConfigFile } from './config-flags.js';

interface RunFlags {
  out: string;
  resume?: boolean;
  config?: string;
  growFrom?: string;
}

/** The settings of a run that was killed before its first checkpoint, from its config.json. */
export async function startedWith(out: string, asked: Partial<TrainConfig>): Promise<Partial<TrainConfig>> {
  const file = join(out, 'config.json');
  if (!existsSync(file)) return asked;
  const saved = await readConfig(file);
  for (const key of CONFIG_KEYS) {
    if (asked[key] !== undefined && JSON.stringify(asked[key]) !== JSON.stringify(saved[key])) {
      throw new UsageError(`${out} was started with ${key} ${saved[key]}, not ${asked[key]}`);
    }
  }
  return { ...asked, ...saved };
}

/**
 * The run that a run grows from: as its flag says, else as the run to resume did, or the one whose config.json is given.
 * @throws UsageError for a flag that names another run than the one to resume has grown from.
 */
export async function growingFrom({ out, resume, config, growFrom }: RunFlags): Promise<string | undefined> {
  const own = join(out, 'config.json');
  const resumed = resume === true && existsSync(own);
  const asked = growFrom === undefined ? undefined : resolve(growFrom);
  const saved = await savedGrowFrom(resumed ? own : config);
  if (resumed && asked !== undefined && asked !== saved) {
    const how = saved === undefined ? 'without --grow-from' : `with --grow-from ${saved}, not ${asked}`;
    throw new UsageError(`${out} was started ${how}`);
  }
  return asked ?? saved;
}

/** What a config.json keeps of it; undefined for settings alone, and for a run that began from nothing. */
async function savedGrowFrom(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const { growFrom } = await readConfigFile(file);
  if (growFrom === undefined || typeof growFrom === 'string') return growFrom;
  throw new CxrFileError('corrupt', 'its "growFrom" is not the path of a run', { file });
}
