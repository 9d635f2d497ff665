// node scripts/check-consumers.mjs [--node 20,22,24] [--registry] [arguments of vitest]: test/consumers, in other Nodes too, which npm
// installs. With --registry the packages are published to a registry on this machine and installed from it, in place of tarballs.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consumerFlags } from './consumer-flags.mjs';
import { startRegistry } from './local-registry.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { nodes, registry: published, rest } = readFlags();
const registry = published ? await startRegistry() : undefined;
const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/consumers/vitest.config.ts',
    ...rest,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CXR_NODE: nodes, CXR_REGISTRY: registry?.url ?? '' },
  },
);
// Ctrl-C reaches the child, too, and it ends by itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill());
child.on('close', (status) => {
  registry?.stop();
  process.exitCode = status ?? 1;
});

function readFlags() {
  try {
    return consumerFlags(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}
