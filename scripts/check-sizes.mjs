// node scripts/check-sizes.mjs [--update] [root]: benchmarks/results/sizes.json keeps what each package costs to install, import and bundle
// (scripts/sizes.mjs says what is counted). Fails where a size is more than a tenth larger or smaller; --update writes it, with the
// milliseconds that imports take on this machine, which are not compared.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { importMilliseconds, sizeDifferences, sizesOf } from './sizes.mjs';

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean' } },
  allowPositionals: true,
});
const root = resolve(positionals[0] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const file = join(root, 'benchmarks', 'results', 'sizes.json');
const folders = readdirSync(join(root, 'packages')).map((name) => [name, join(root, 'packages', name)]);

const sizes = {};
for (const [name, folder] of folders) sizes[name] = await sizesOf(folder);
if (values.update) {
  for (const [name, folder] of folders) {
    for (const [entry, ms] of Object.entries(importMilliseconds(folder)))
      sizes[name].imports[entry].milliseconds = ms;
  }
  // One line for each group of sizes.
  const text = JSON.stringify(sizes, null, 2).replace(/\{\n([^{}]*?)\n *\}/g, (_, inside) => {
    const fields = inside.split('\n').map((line) => line.trim());
    return `{ ${fields.join(' ')} }`;
  });
  writeFileSync(file, `${text}\n`);
} else {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const differences = sizeDifferences(kept, sizes);
  for (const line of differences) console.error(line);
  if (differences.length > 0) {
    console.error('if that is meant, run `npm run sizes` and commit benchmarks/results/sizes.json');
    process.exitCode = 1;
  }
}
