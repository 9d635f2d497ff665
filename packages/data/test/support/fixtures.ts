import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** The folder with the real images, or undefined where this machine lacks it; test/global-setup.ts says so. */
export function findShared(): string | undefined {
  const folder = resolve(root, process.env.CXR_SHARED ?? '../shared', 'data');
  return existsSync(folder) ? folder : undefined;
}
