import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { readWholeFile } from '@cxr/data/node';

const MAX_CONFIG = 2 ** 24;

/** The images that a run of `cxr-dcgan train` names in its config.json. @throws UsageError where it does not, or they are gone. */
export async function trainingImages(run: string): Promise<string> {
  const file = join(run, 'config.json');
  const config: { data?: unknown; class?: unknown } = existsSync(file)
    ? parseObject(await readWholeFile(file, MAX_CONFIG))
    : {};
  const { data, class: name } = config;
  if (typeof data !== 'string')
    throw new UsageError(`${run} does not name its images: give them after the run`);
  const folder = typeof name === 'string' ? join(data, name) : data;
  if (!existsSync(folder))
    throw new UsageError(`the run’s images are not at ${folder}, as seen from here: give them after the run`);
  return folder;
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
