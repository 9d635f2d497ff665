import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Publishes each package whose version the registry does not have.
 * @param args further arguments of `changeset publish`
 * @param env the environment
 * @returns the exit status
 */
export function publish(args, env) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // Changesets publishes by the pnpm that it finds on the PATH, which writes versions for `workspace:^`.
  const changeset = join(root, 'node_modules', '.bin', 'changeset');
  const { status, error } = spawnSync(
    'npx',
    ['--yes', '--package', packageManager, '--', changeset, 'publish', ...args],
    { cwd: root, stdio: 'inherit', env, shell: process.platform === 'win32' },
  );
  if (error) console.error(`cannot run npx: ${error.message}`);
  return status ?? 1;
}
