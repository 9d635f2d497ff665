// npm run release: checks, tests, and publishes each package whose version the registry does not have, with provenance where the workflow can
// sign it. `npx changeset version` has written the versions and the changelogs before, and that commit is the one to release.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publish } from './publish.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Only a workflow with `id-token: write` can sign where the tarballs were built; elsewhere npm refuses to try.
const provenance = process.env.ACTIONS_ID_TOKEN_REQUEST_URL ? { NPM_CONFIG_PROVENANCE: 'true' } : {};

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`cannot run ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

for (const what of [['check'], ['vitest', 'run']]) run(process.execPath, ['scripts/run.mjs', ...what]);
process.exitCode = publish(process.argv.slice(2), { ...process.env, ...provenance });
