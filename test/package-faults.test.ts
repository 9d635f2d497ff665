import { expect, it } from 'vitest';
import { faultsOf } from '../scripts/package-faults.mjs';

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
  expect(faultsOf(files())).toEqual([]);
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
])('finds what is wrong: %#', (wrong, fault) => {
  expect(faultsOf(wrong)).toEqual([fault]);
});
