// `tsc -b` leaves the outputs of a deleted source where they are, and all of `dist` is published.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What the compiler makes of a source; anything else is none of its outputs. */
const OUTPUT = /\.(js|d\.ts)(\.map)?$/;

/** The paths under a package's `dist` that no file of its `src` makes, with `/`. */
export function withoutSource(outputs, sources) {
  const names = new Set([...sources].map((file) => file.replace(/\.ts$/, '')));
  return [...outputs].filter((file) => OUTPUT.test(file) && !names.has(file.replace(OUTPUT, '')));
}

/** The paths of all files of a folder, with `/`; none if it is not there. */
export function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    );
}

/** Deletes the outputs of deleted sources. @returns their paths under `dist` */
export function pruneDist(packageFolder) {
  const dist = join(packageFolder, 'dist');
  const left = withoutSource(filesUnder(dist), filesUnder(join(packageFolder, 'src')));
  for (const file of left) rmSync(join(dist, file));
  return left;
}
