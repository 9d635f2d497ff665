// node scripts/check-consumers.mjs [--node 20,22,24] [--registry] [arguments of vitest]: test/consumers, in other Nodes too, which npm
// installs. With --registry the packages are published to a registry on this machine and installed from it, in place of tarballs.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startRegistry } from './local-registry.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const at = args.indexOf('--node');
const nodes = at < 0 ? [] : args.splice(at, 2);
const published = args.indexOf('--registry');
if (published >= 0) args.splice(published, 1);
const { values } = parseArgs({
  args: nodes,
  options: { node: { type: 'string', default: '' } },
});
if (!/^(\d+(,\d+)*)?$/.test(values.node)) {
  console.error(`--node takes major versions, such as 20,22,24: ${values.node}`);
  process.exit(2);
}
const registry = published < 0 ? undefined : await startRegistry();
const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/consumers/vitest.config.ts',
    ...args,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CXR_NODE: values.node, CXR_REGISTRY: registry?.url ?? '' },
  },
);
// Ctrl-C reaches the child, too, and it ends by itself.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill());
child.on('close', (status) => {
  registry?.stop();
  process.exitCode = status ?? 1;
});
