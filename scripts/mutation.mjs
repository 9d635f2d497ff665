// npm run mutation -- packages/NAME [FILE...] [--sample PERCENT] [--seed N] [--skip FILE.test.ts,...]: changes the sources of a
// package in small ways and reports the changes that no test notices, with Stryker. --sample takes a random share of the lines,
// since a whole package takes hours. FILE may be a range, FILE:LINE-LINE. --skip leaves out slow files of tests: no change counts as
// noticed for that, and those that are left can be run again with all tests. Not part of CI.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** Lines of code that are taken or left out together. */
const CHUNK = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    skip: { type: 'string', default: '' },
  },
});
const [folder, ...only] = positionals;
const share = Number(values.sample);

/** Ends with the status of wrong usage. */
function refuse(message) {
  console.error(message);
  process.exit(2);
}

if (folder === undefined)
  refuse(
    'usage: npm run mutation -- packages/NAME [FILE...] [--sample PERCENT] [--seed N] [--skip FILE.test.ts,...]',
  );
if (!(share > 0 && share <= 100)) refuse(`invalid --sample: ${values.sample} (a percentage above 0, to 100)`);
/** `FILE:1-4` without its range. */
const fileOf = (path) => path.replace(/:[\d:-]+$/, '');
const missing = [join(folder, 'src'), ...only.map(fileOf)].find((path) => !existsSync(path));
if (missing !== undefined) refuse(`${missing} does not exist (paths start at the root of the repository)`);

/** The sources below a folder in which a change can be noticed: no lists of exports, no compiled modules, no starts of processes or threads. */
const sourcesOf = (path) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(index|node|cli|binary|[\w-]*worker)\.ts$/.test(file))
    .map((file) => join(path, file));
const sources = (only.length > 0 ? only : [join(folder, 'src')]).flatMap((path) =>
  statSync(fileOf(path)).isDirectory() ? sourcesOf(path) : [path],
);

/** A number in [0, 100) that depends on seed, file and chunk alone (FNV-1a). */
function draw(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % 100;
}

const mutate = sources.flatMap((file) => {
  if (share === 100 || file !== fileOf(file)) return [file];
  const lines = readFileSync(file, 'utf8').split('\n').length;
  return Array.from({ length: Math.ceil(lines / CHUNK) }, (_, i) => i)
    .filter((chunk) => draw(`${values.seed} ${file} ${chunk}`) < share)
    .map((chunk) => `${file}:${chunk * CHUNK + 1}-${(chunk + 1) * CHUNK}`);
});

if (mutate.length === 0) refuse('no line is in the sample: take a larger --sample or another --seed');

process.env.CXR_TEST_TIMEOUT = '600000';
process.env.CXR_TEST_SKIP = values.skip;
const results = await new Stryker({
  testRunner: 'vitest',
  plugins: [
    '@stryker-mutator/vitest-runner',
    fileURLToPath(new URL('mutation-reporter.mjs', import.meta.url)),
  ],
  vitest: { dir: folder },
  mutate,
  concurrency: 2,
  // On a busy machine tests take several times as long: only what never ends is to run out of time.
  timeoutMS: 120_000,
  ignoreStatic: true,
  tempDirName: '.stryker-tmp',
  cleanTempDir: 'always',
  reporters: ['at-once', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // Text of messages is checked where it matters; every word of it is not.
  mutator: { excludedMutations: ['StringLiteral'] },
  allowEmpty: true,
}).runMutationTest();
const valid = results.filter(({ status }) => !['Ignored', 'CompileError', 'RuntimeError'].includes(status));
if (valid.length === 0) {
  console.error(
    `no mutant was tested, of ${results.length} made: the sources or the sample hold nothing to change`,
  );
  process.exit(1);
}
const killed = valid.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
const percent = ((100 * killed) / valid.length).toFixed(1);
// A change that makes a loop endless is noticed, one that only makes it slow is not: look at each that ran out of time.
const slow = valid.filter(({ status }) => status === 'Timeout').length;
console.log(`${killed} of ${valid.length} mutants killed: ${percent} % (${slow} of them ran out of time)`);
