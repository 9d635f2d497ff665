import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../scripts/check-dependencies.mjs', import.meta.url));
const DOCS =
  '| dependency | why |\n| --- | --- |\n| `direct` | `code` in another column |\n| `peer`, `extra` | x |\n';

/** A workspace of one package, whose direct dependency has the peer `deep`, but for these changes. */
function workspace(change: Record<string, unknown>): Record<string, unknown> {
  return {
    'docs/dependencies.md': DOCS,
    'packages/a/package.json': {
      name: '@cxr/a',
      license: 'MIT',
      dependencies: { direct: '1' },
      peerDependencies: { peer: '1', extra: '1' },
      peerDependenciesMeta: { extra: { optional: true } },
    },
    'node_modules/direct/package.json': { name: 'direct', license: 'MIT', peerDependencies: { deep: '1' } },
    'node_modules/peer/package.json': { name: 'peer', license: 'ISC' },
    'node_modules/deep/package.json': { name: 'deep', license: 'MIT' },
    ...change,
  };
}

/** What the script says of a workspace, but for its last line. */
function faultsOf(files: Record<string, unknown>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'cxr-dependencies-test-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      if (content === undefined) continue;
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
    const faults = stderr.trim().split('\n').slice(0, -1);
    expect(status).toBe(faults.length === 0 ? 0 : 1);
    return faults;
  } finally {
    rmSync(root, { recursive: true });
  }
}

it.each<[string, Record<string, unknown>, string[]]>([
  ['nothing, with an optional peer that is not installed', {}, []],
  [
    'the licence of a required peer',
    { 'node_modules/peer/package.json': { name: 'peer', version: '1.2.3', license: 'GPL-3.0' } },
    ['peer 1.2.3 has the licence "GPL-3.0"'],
  ],
  [
    'the licence of a peer of a dependency',
    { 'node_modules/deep/package.json': { name: 'deep', version: '1.2.3' } },
    ['deep 1.2.3 has the licence undefined'],
  ],
  [
    'a required peer that is not installed',
    { 'node_modules/peer/package.json': undefined },
    ['peer, of @cxr/a, is not installed'],
  ],
  [
    'a row of a package that none depends on',
    { 'docs/dependencies.md': `${DOCS}| \`direct\`, \`@old/gone\` | x |\n` },
    ['docs/dependencies.md has @old/gone, which no package depends on'],
  ],
  [
    'a dependency without a row',
    { 'docs/dependencies.md': DOCS.replace('`direct`', 'direct') },
    ['docs/dependencies.md does not say why @cxr/a has direct'],
  ],
])('check-dependencies finds %s', (_, change, faults) => {
  expect(faultsOf(workspace(change))).toEqual(faults);
});
