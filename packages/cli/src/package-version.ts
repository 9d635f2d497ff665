import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The version that a package.json names. @param file such as `new URL('../../package.json', import.meta.url)` */
export function packageVersion(file: URL): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * The versions of Node and of packages that results depend on, by name; `not installed` for those that are not there.
 * @param from `import.meta.url` of the module that uses them
 */
export function versionsOf(packages: readonly string[], from: string): Record<string, string> {
  const { resolve } = createRequire(from);
  const version = (name: string): string => {
    try {
      // An entry may hide package.json, which lies above the entry's file in the package's own folder.
      const entry = resolve(name).replaceAll('\\', '/');
      return packageVersion(pathToFileURL(`${entry.slice(0, entry.lastIndexOf('/dist/'))}/package.json`));
    } catch {
      return 'not installed';
    }
  };
  return {
    node: process.versions.node,
    ...Object.fromEntries(packages.map((name) => [name, version(name)])),
  };
}
