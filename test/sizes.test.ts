import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type Sizes, sizeDifferences, sizesOf } from '../scripts/sizes.mjs';

const SCRIPT = fileURLToPath(new URL('../scripts/check-sizes.mjs', import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), 'cxr-sizes-test-')));
const folder = join(root, 'packages', 'thing');
afterAll(() => rmSync(root, { recursive: true }));

/** A module of this many bytes, all of them in a bundle. */
const module = (name: string, bytes: number): string => {
  const code = (text: string): string => `globalThis.${name} = '${text}';\n`;
  return code('x'.repeat(bytes - code('').length));
};

const FILES = {
  'packages/thing/package.json': JSON.stringify({
    name: '@cxr/thing',
    type: 'module',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './node': { default: './dist/node.js' },
      './package.json': './package.json',
    },
    files: ['dist'],
    dependencies: { direct: '1' },
    peerDependencies: { peer: '1', extra: '1' },
    peerDependenciesMeta: { extra: { optional: true } },
  }),
  'packages/thing/README.md': '# thing\n',
  'packages/thing/src/index.ts': module('source', 5000),
  'packages/thing/dist/index.js':
    "import 'direct';\nimport 'peer';\nimport './part.js';\nexport const later = () => import('./later.js');\n",
  'packages/thing/dist/part.js': module('part', 5000),
  'packages/thing/dist/later.js': module('later', 3000),
  'packages/thing/dist/node.js': "import './part.js';\n",
  'node_modules/direct/package.json': '{ "name": "direct", "dependencies": { "deep": "1" } }',
  'node_modules/direct/index.js': "require('deep');\n",
  'node_modules/deep/package.json': '{ "name": "deep" }',
  'node_modules/deep/index.js': module('deep', 2000),
  'node_modules/peer/package.json': '{ "name": "peer" }',
  'node_modules/peer/index.js': module('peer', 7000),
  'node_modules/extra/package.json': '{ "name": "extra" }',
  'node_modules/extra/index.js': module('extra', 9000),
};

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

const bytesOf = (...names: (keyof typeof FILES)[]): number =>
  names.reduce((sum, name) => sum + FILES[name].length, 0);

const check = (...args: string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args, root], { encoding: 'utf8' });

beforeEach(() => write(FILES));

it('counts what is installed, imported and bundled', async () => {
  const { installed, imports, bundle } = (await sizesOf(folder)) as Record<string, Record<string, number>>;
  const own = bytesOf(
    ...(Object.keys(FILES) as (keyof typeof FILES)[]).filter((name) => /^packages\/thing\/[^s]/.test(name)),
  );
  const others = ['direct', 'deep', 'peer'].flatMap((name) => [
    FILES[`node_modules/${name}/package.json` as keyof typeof FILES],
    FILES[`node_modules/${name}/index.js` as keyof typeof FILES],
  ]);
  expect(installed).toEqual({ own, bytes: own + others.join('').length, packages: 4 });
  expect(imports).toEqual({
    '.': {
      modules: 5,
      bytes: bytesOf(
        'packages/thing/dist/index.js',
        'packages/thing/dist/part.js',
        'node_modules/direct/index.js',
        'node_modules/deep/index.js',
        'node_modules/peer/index.js',
      ),
    },
    './node': { modules: 2, bytes: bytesOf('packages/thing/dist/node.js', 'packages/thing/dist/part.js') },
  });
  // Its own 5000 and 2000 of the dependency's dependency, and some code of the bundler; not the peer's 7000.
  expect(bundle!.first).toBeGreaterThan(7000);
  expect(bundle!.first).toBeLessThan(9000);
  expect(bundle!.firstGzip).toBeLessThan(1500);
  expect(bundle!.later).toBeGreaterThan(2900);
  expect(bundle!.later).toBeLessThan(3100);
});

it('check-sizes fails on a bundle that has grown, until it is updated', () => {
  mkdirSync(join(root, 'benchmarks', 'results'), { recursive: true });
  expect(check().status).toBe(1); // nothing is kept yet
  expect(check('--update').status).toBe(0);
  const kept = JSON.parse(readFileSync(join(root, 'benchmarks/results/sizes.json'), 'utf8'));
  expect(kept.thing.imports['.'].milliseconds).toBeGreaterThanOrEqual(0);
  expect(check().status).toBe(0);
  write({ 'packages/thing/dist/part.js': module('part', 8000) });
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^thing bundle first: \d+, was \d+ \(\+\d+ %\)$/m);
  expect(stderr).toMatch(/^thing imports \.\/node bytes: 8020, was 5020 \(\+60 %\)$/m);
  expect(stderr).toContain('npm run sizes');
  expect(stderr).not.toContain('later');
});

const KEPT: Sizes = { a: { bytes: 100_000, modules: 100, packages: 3, milliseconds: 10 } };

it.each<[string, Sizes, string[]]>([
  ['the same', {}, []],
  ['a tenth more', { bytes: 110_000, modules: 110 }, []],
  ['over a tenth more', { bytes: 110_001 }, ['a bytes: 110001, was 100000 (+10 %)']],
  ['over a tenth less', { bytes: 50_000 }, ['a bytes: 50000, was 100000 (−50 %)']],
  ['modules', { modules: 111 }, ['a modules: 111, was 100 (+11 %)']],
  ['one package more', { packages: 4 }, ['a packages: 4, was 3 (+33 %)']],
  ['a slow machine', { milliseconds: 10_000 }, []],
  ['another size', { first: 1 }, ['a first: is new']],
])('compares sizes: %s', (_, change, lines) => {
  expect(sizeDifferences(KEPT, { a: { ...(KEPT.a as Sizes), ...change } })).toEqual(lines);
});

it('allows small files a difference of 1 KiB, and few modules two more', () => {
  expect(sizeDifferences({ bytes: 2000, modules: 3 }, { bytes: 3024, modules: 5 })).toEqual([]);
  expect(sizeDifferences({ bytes: 2000, modules: 3 }, { bytes: 3025, modules: 6 })).toHaveLength(2);
});

it('names what is gone', () => {
  expect(sizeDifferences(KEPT, {})).toEqual(['a: is gone']);
});
