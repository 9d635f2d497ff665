import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What npm installs with a package: itself, its dependencies, its required peers and all of theirs.
 * @param folder the package's folder
 * @param visited folders already seen, which are left out
 * @returns the manifests by folder, and what should be there and is not: `{ name, of }`
 */
export function installedWith(folder, visited = new Set()) {
  const manifests = new Map();
  const missing = [];
  walk(folder);
  return { manifests, missing };

  function walk(place) {
    if (visited.has(place)) return;
    visited.add(place);
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
    manifests.set(place, manifest);
    const { dependencies, optionalDependencies = {}, peerDependencies, peerDependenciesMeta } = manifest;
    // npm installs a required peer by itself.
    const peers = Object.keys(peerDependencies ?? {}).filter(
      (name) => !peerDependenciesMeta?.[name]?.optional,
    );
    for (const name of new Set([...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])) {
      const found = find(name, place);
      if (found !== undefined) walk(found);
      else if (!(name in optionalDependencies)) missing.push({ name, of: manifest.name });
    }
  }
}

/** The folder of a dependency, as Node would find it from `from`; undefined where it is not installed. */
function find(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return realpathSync(place);
    if (folder === dirname(folder)) return undefined;
  }
}
