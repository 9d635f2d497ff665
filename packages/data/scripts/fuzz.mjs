/**
 * Mutation fuzzing of every reader, at length: `node scripts/fuzz.mjs [COUNT] [NAME]`, 100,000 inputs for each reader by
 * default, or for those whose names contain NAME. Seeded: a fault is told by the number of its input, and comes again.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [count = '100000', name] = process.argv.slice(2);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const filter = name === undefined ? [] : ['-t', name];
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'packages/data/test/fuzz.test.ts',
    '--reporter=verbose',
    ...filter,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CXR_FUZZ: count } },
);
process.exitCode = status ?? 1;
