import { withoutSource } from './prune-dist.mjs';

/** Dependencies by any name that an installer reads. */
const DEPENDENCIES = ['dependencies', 'peerDependencies', 'optionalDependencies'];
const KEYWORDS = 10;

/**
 * What is wrong with a package that is to be published, from its files by their paths; empty if nothing is.
 * @param sources the paths of the files of its `src`
 */
export function faultsOf(files, sources) {
  const manifest = JSON.parse(files.get('package.json').toString());
  const faults = [];
  for (const file of ['LICENSE', 'README.md']) if (!files.get(file)?.length) faults.push(`no ${file}`);
  for (const group of DEPENDENCIES) {
    for (const [name, range] of Object.entries(manifest[group] ?? {})) {
      if (/^(workspace|link|file|catalog):/.test(range)) faults.push(`${group}: ${name} is ${range}`);
    }
  }
  for (const field of ['description', 'license', 'author', 'homepage', 'bugs', 'repository']) {
    if (!manifest[field]) faults.push(`no ${field}`);
  }
  if (new Set(manifest.keywords).size !== KEYWORDS) faults.push(`not ${KEYWORDS} keywords`);
  if (manifest.exports?.['./package.json'] !== './package.json')
    faults.push('./package.json is not exported');
  for (const path of [...targets(manifest.exports), ...targets(manifest.bin)]) {
    const file = path.replace(/^\.\//, '');
    const present = file.includes('*')
      ? [...files.keys()].some((name) => name.startsWith(file.slice(0, file.indexOf('*'))))
      : files.has(file);
    if (!present) faults.push(`${path} is named, but not in the package`);
  }
  const built = [...files.keys()].filter((name) => name.startsWith('dist/'));
  for (const file of withoutSource(
    built.map((name) => name.slice('dist/'.length)),
    sources,
  ))
    faults.push(`dist/${file} has no source`);
  return faults;
}

/** The paths in a value of `exports` or `bin`. */
function targets(value) {
  if (typeof value === 'string') return [value];
  return Object.values(value ?? {}).flatMap(targets);
}
