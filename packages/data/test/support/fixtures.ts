import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** The folder with the real images, or undefined, said once, where this machine lacks it. */
export function findShared(): string | undefined {
  const folder = resolve(root, process.env.CXR_SHARED ?? '../shared', 'data');
  if (existsSync(folder)) return folder;
  console.info(`left out: ${folder} is not here (set CXR_SHARED)`);
  return undefined;
}
