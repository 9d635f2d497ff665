import { readFileSync } from 'node:fs';

/** The version that a package.json names. @param file such as `new URL('../../package.json', import.meta.url)` */
export function packageVersion(file: URL): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
