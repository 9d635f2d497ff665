// npm run release: checks, tests, and publishes each package whose version the registry does not have, with provenance where the workflow can
// sign it. `npx changeset version` has written the versions and the changelogs before, and that commit is the one to release.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// Only a workflow with `id-token: write` can sign where the tarballs were built; elsewhere npm refuses to try.
const provenance = process.env.ACTIONS_ID_TOKEN_REQUEST_URL ? { NPM_CONFIG_PROVENANCE: 'true' } : {};

function run(program, args) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...provenance },
    shell: process.platform === 'win32',
  });
  if (error) console.error(`cannot run ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

for (const what of [['check'], ['vitest', 'run']]) run(process.execPath, ['scripts/run.mjs', ...what]);
// Changesets publishes by the pnpm that it finds on the PATH, which writes versions for `workspace:^`.
const changeset = join(root, 'node_modules', '.bin', 'changeset');
run('npx', ['--yes', '--package', packageManager, '--', changeset, 'publish', ...process.argv.slice(2)]);
