import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { apiReport } from '../scripts/api-report.mjs';

const SCRIPT = fileURLToPath(new URL('../scripts/check-api.mjs', import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), 'cxr-api-test-')));
const folder = join(root, 'packages', 'thing');
afterAll(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const CLASS = 'export declare class Thing {\n    private secret;\n    size: number;\n}\n';
const HIDDEN =
  'interface Hidden {\n    a: 1;\n}\nexport declare const read: (path: string) => Hidden;\nexport {};\n';
const CALL = '/** Twice. */\nexport declare function twice(value: number): number;\n';

beforeEach(() => {
  write({
    'package.json': JSON.stringify({
      name: '@cxr/thing',
      version: '1.0.0',
      type: 'module',
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './node': { types: './dist/node.d.ts', default: './dist/node.js' },
        './package.json': './package.json',
      },
    }),
    'dist/index.d.ts': "export { twice } from './twice.js';\nexport { Thing } from './thing.js';\n",
    'dist/twice.d.ts': CALL,
    'dist/thing.d.ts': CLASS,
    'dist/node.d.ts': HIDDEN,
    'dist/other.d.ts': 'export declare const internal: number;\n',
  });
});

const check = (...args: string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args, root], { encoding: 'utf8' });

it('lists what each entry exports, and what that refers to, sorted, without comments', () => {
  expect(apiReport(folder)).toBe(`# What @cxr/thing exports

Written by \`npm run api\`. A change here is a change for users.

## @cxr/thing

\`\`\`ts
export class Thing {
    size: number;
}

export function twice(value: number): number;
\`\`\`

## @cxr/thing/node

\`\`\`ts
interface Hidden {
    a: 1;
}

export const read: (path: string) => Hidden;
\`\`\`
`);
});

it('does not change with comments, the order of exports, or files', () => {
  const before = apiReport(folder);
  write({
    'dist/index.d.ts': `/** More. */\nexport { Thing } from './thing.js';\n${CALL.replace('Twice', 'Doubled')}`,
    'dist/other.d.ts': 'export declare const internal: string;\n',
  });
  expect(apiReport(folder)).toBe(before);
});

it('check-api fails on every changed signature, until it is updated', () => {
  expect(check('--update').status).toBe(0);
  const report = apiReport(folder);
  expect(readFileSync(join(folder, 'api.md'), 'utf8')).toBe(report);
  write({
    'dist/twice.d.ts': CALL.replace('value: number', 'value: string'),
    'dist/thing.d.ts': CLASS.replace('size:', 'size?:'),
    'dist/node.d.ts': HIDDEN.replace('a: 1', 'a: 2'),
  });
  const { status, stderr } = check();
  expect(stderr.split('\n')).toEqual([
    'packages/thing does not export what its api.md says:',
    '  - size: number;',
    '  - export function twice(value: number): number;',
    '  - a: 1;',
    '  + size?: number;',
    '  + export function twice(value: string): number;',
    '  + a: 2;',
    'if that is meant, run `npm run api` and commit the files',
    '',
  ]);
  expect(status).toBe(1);
});

it('check-api says so where only the order of lines differs', () => {
  expect(check('--update').status).toBe(0);
  const file = join(folder, 'api.md');
  const [first, second, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [second, first, ...rest].join('\n'));
  const { status, stderr } = check();
  expect(status).toBe(1);
  expect(stderr).toContain('  the same lines, in another order or another number of times\n');
});
