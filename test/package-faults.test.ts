import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultsOf } from '../scripts/package-faults.mjs';
import { filesUnder, pruneDist } from '../scripts/prune-dist.mjs';

const SOURCES = ['index.ts', 'node/read.ts'];

const text = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** A package with nothing wrong, but for these changes. */
function files(change: object = {}, more: Record<string, string | undefined> = {}): Map<string, Buffer> {
  const manifest = {
    description: 'A package',
    license: 'MIT',
    author: 'somebody',
    homepage: 'https://example.org',
    bugs: 'https://example.org',
    repository: 'https://example.org',
    keywords: [...'abcdefghij'],
    exports: {
      '.': { default: './dist/index.js' },
      './data/*': './data/*',
      './package.json': './package.json',
    },
    bin: { run: './bin/run.js' },
    dependencies: { other: '^1.0.0' },
    ...change,
  };
  const contents = {
    LICENSE: 'MIT',
    'README.md': '#',
    'dist/index.js': '',
    'bin/run.js': '',
    'data/a': '',
    ...more,
  };
  const given = Object.entries(contents).filter(([, content]) => content !== undefined);
  return new Map([
    ['package.json', text(manifest)],
    ...given.map(([name, content]): [string, Buffer] => [name, text(content)]),
  ]);
}

it('finds nothing wrong with a package that can be installed', () => {
  expect(faultsOf(files({}, { 'dist/node/read.d.ts.map': '', 'dist/model.bin': '' }), SOURCES)).toEqual([]);
});

it.each([
  [files({ dependencies: { other: 'workspace:^' } }), 'dependencies: other is workspace:^'],
  [files({ peerDependencies: { other: 'file:../other' } }), 'peerDependencies: other is file:../other'],
  [files({}, { LICENSE: undefined }), 'no LICENSE'],
  [files({}, { 'README.md': '' }), 'no README.md'],
  [files({ repository: undefined }), 'no repository'],
  [files({ keywords: [...'abcdefghii'] }), 'not 10 keywords'],
  [files({ exports: { '.': './dist/index.js' } }), './package.json is not exported'],
  [files({}, { 'dist/index.js': undefined }), './dist/index.js is named, but not in the package'],
  [files({}, { 'bin/run.js': undefined }), './bin/run.js is named, but not in the package'],
  [files({}, { 'data/a': undefined }), './data/* is named, but not in the package'],
  [files({}, { 'dist/node/old.js': '' }), 'dist/node/old.js has no source'],
  [files({}, { 'dist/read.d.ts': '' }), 'dist/read.d.ts has no source'],
])('finds what is wrong: %#', (wrong, fault) => {
  expect(faultsOf(wrong, SOURCES)).toEqual([fault]);
});

it('deletes what the compiler made of deleted sources, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cxr-prune-test-'));
  try {
    const write = (...names: string[]) => {
      for (const name of names) {
        mkdirSync(join(folder, name, '..'), { recursive: true });
        writeFileSync(join(folder, name), '');
      }
    };
    const kept = ['index.js', 'index.d.ts.map', 'node/read.d.ts', 'model.bin'];
    const left = ['old.js', 'old.js.map', 'node/old.d.ts', 'read.js'];
    write(...SOURCES.map((name) => `src/${name}`), ...[...kept, ...left].map((name) => `dist/${name}`));
    expect(pruneDist(folder).sort()).toEqual([...left].sort());
    expect(filesUnder(join(folder, 'dist')).sort()).toEqual([...kept].sort());
    expect(pruneDist(folder)).toEqual([]);
    expect(pruneDist(join(folder, 'src'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
