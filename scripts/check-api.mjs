// node scripts/check-api.mjs [--update] [root]: packages/NAME/api.md lists what each package exports. Fails where it differs from what is
// built, so that a review sees every changed signature; --update writes it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { apiReport } from './api-report.mjs';

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean' } },
  allowPositionals: true,
});
const root = resolve(positionals[0] ?? dirname(dirname(fileURLToPath(import.meta.url))));

/** The lines that one of two texts has and the other has not; where there are none, what else differs. */
function differences(before, after) {
  const lines = (text) => new Set(text.split('\n').map((line) => line.trim()));
  const [old, now] = [lines(before), lines(after)];
  const lists = [
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
  return lists.length > 0 ? lists : ['the same lines, in another order or another number of times'];
}

let differs = false;
for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  const file = join(folder, 'api.md');
  const kept = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const report = apiReport(folder);
  if (report === kept) continue;
  if (values.update) {
    writeFileSync(file, report);
    console.error(`packages/${name}/api.md is written`);
    continue;
  }
  differs = true;
  console.error(`packages/${name} does not export what its api.md says:`);
  for (const line of differences(kept, report)) console.error(`  ${line}`);
}
if (differs) {
  console.error('if that is meant, run `npm run api` and commit the files');
  process.exitCode = 1;
}
