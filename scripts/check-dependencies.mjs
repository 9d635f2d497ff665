// node scripts/check-dependencies.mjs [root]: every dependency and peer of a published package is explained in docs/dependencies.md, which
// has no other, and what a user installs, with all that it depends on, has a licence that MIT code may be used with.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedWith } from './installed.mjs';

const ALLOWED = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'Zlib',
]);
const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const explained = readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8');
const faults = new Set();
const seen = new Set();
const named = new Set();

/** "MIT OR GPL", "(MIT AND Zlib)": each side of an AND must be allowed, one side of an OR. */
function isAllowed(licence) {
  if (typeof licence !== 'string') return false;
  const text = licence.replace(/^\((.*)\)$/, '$1');
  return text
    .split(' AND ')
    .every((part) => part.split(' OR ').some((one) => ALLOWED.has(one.replace(/[()]/g, ''))));
}

for (const each of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', each);
  const { name, dependencies = {}, peerDependencies = {} } = read(join(folder, 'package.json'));
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (dependency.startsWith('@cxr/')) continue;
    named.add(dependency);
    if (!explained.includes(`\`${dependency}\``))
      faults.add(`docs/dependencies.md does not say why ${name} has ${dependency}`);
  }
  const { manifests, missing } = installedWith(folder, seen);
  for (const { name, version, license } of manifests.values())
    if (!isAllowed(license)) faults.add(`${name} ${version} has the licence ${JSON.stringify(license)}`);
  for (const { name, of } of missing) faults.add(`${name}, of ${of}, is not installed`);
}

for (const row of explained.split('\n').filter((line) => line.startsWith('|'))) {
  const [, first = ''] = row.split('|');
  for (const [, name] of first.matchAll(/`([^`]+)`/g))
    if (!named.has(name)) faults.add(`docs/dependencies.md has ${name}, which no package depends on`);
}

for (const fault of faults) console.error(fault);
console.error(`${seen.size} packages are installed with ours; ${faults.size} faults`);
process.exit(faults.size === 0 ? 0 : 1);
