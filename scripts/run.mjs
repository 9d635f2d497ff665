// node scripts/run.mjs WHAT [arguments]: makes a fresh clone ready, then runs WHAT.
// WHAT is `build`, `check`, a tool's name in node_modules/.bin, or a built file of this workspace.
// Needs Node and npm alone: pnpm is run through npx. All of its own output goes to standard error.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { embedWasm } from './embed-wasm.mjs';
import { pruneDist } from './prune-dist.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs a program with its standard output on our standard error, and ends with its status where it fails. */
function run(program, args, { quiet = false, stdout = 2 } = {}) {
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', quiet ? 'ignore' : stdout, 2],
    shell,
  });
  if (error) console.error(`cannot run ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.cxr-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('installing dependencies (once)');
  run('npx', [
    '--yes',
    packageManager,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    '--loglevel=warn',
  ]);
  embedWasm();
  writeFileSync(stamp, lock);
}

/** The newest modification time of a package's sources. */
function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return time;
}

function build() {
  compile();
  for (const name of readdirSync(join(root, 'packages'))) pruneDist(join(root, 'packages', name));
}

function compile() {
  const stamp = join(root, 'node_modules', '.cxr-built');
  const sources = ['packages', 'examples'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name, 'src')),
  );
  sources.push(join(root, 'benchmarks', 'src'));
  const present = sources.filter((folder) => existsSync(folder));
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const complete = present.every((folder) => existsSync(join(dirname(folder), 'dist')));
  if (complete && present.every((folder) => newest(folder) < built)) return;
  const started = new Date();
  embedWasm();
  run(bin('tsc'), ['-b']);
  writeFileSync(stamp, started.toISOString());
}

function check() {
  const step = (label, program, args) => {
    console.error(`check: ${label}`);
    run(program, args);
  };
  step('types of the tests', bin('tsc'), ['-p', 'tsconfig.test.json']);
  step('WebAssembly as its sources compile', process.execPath, ['scripts/build-simd.mjs', '--check']);
  step('changesets', process.execPath, ['scripts/check-changesets.mjs']);
  step('doc comments of exports', process.execPath, ['scripts/check-docs.mjs']);
  step('exports as listed', process.execPath, ['scripts/check-api.mjs']);
  step('sizes as kept', process.execPath, ['scripts/check-sizes.mjs']);
  step('dependencies and their licences', process.execPath, ['scripts/check-dependencies.mjs']);
  step('lint and format', bin('biome'), ['ci', '--error-on-warnings', '.']);
  step('dead code', bin('knip'), []);
  step('packages as packed', process.execPath, ['scripts/check-packages.mjs']);
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join('packages', name);
    step(`${folder} as published`, bin('publint'), ['--strict', '--pack', 'npm', folder]);
    step(`${folder} types as published`, bin('attw'), ['--profile', 'esm-only', '--quiet', '--pack', folder]);
  }
}

const [what, ...args] = process.argv.slice(2);
if (what === undefined) {
  console.error('usage: node scripts/run.mjs WHAT [arguments]');
  process.exit(2);
}
if ((what === 'build' || what === 'check') && args.length > 0) {
  console.error(`${what} takes no arguments: ${args.join(' ')}`);
  process.exit(2);
}
install();
build();
if (what === 'build') process.exit(0);
if (what === 'check') {
  check();
} else if (/\.m?js$/.test(what)) {
  // In this process, not a child: Ctrl-C, exit status and standard streams are then the program's own.
  const file = resolve(root, what);
  process.argv = [process.argv[0], file, ...args];
  await import(pathToFileURL(file).href);
} else {
  run(bin(what), args, { stdout: 1 });
}
