// node scripts/check-consumers.mjs [--node 20,22,24] [arguments of vitest]: test/consumers, in other Nodes too, which npm installs.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const at = args.indexOf('--node');
const { values } = parseArgs({
  args: at < 0 ? [] : args.splice(at, 2),
  options: { node: { type: 'string', default: '' } },
});
if (!/^(\d+(,\d+)*)?$/.test(values.node)) {
  console.error(`--node takes major versions, such as 20,22,24: ${values.node}`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config',
    'test/consumers/vitest.config.ts',
    ...args,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CXR_NODE: values.node } },
);
process.exitCode = status ?? 1;
