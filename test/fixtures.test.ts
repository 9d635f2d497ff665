import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'fixtures', 'README.md'), 'utf8');

/** The files that the README names: those of its tables by the folder of the heading above. */
const sections = readme.split(/^## /m).slice(1);
const rows = sections.flatMap((section) => {
  const folder = /^`([^`]+)`/.exec(section)![1]!;
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row]) => {
    const [files, script, , tests] = row!.split(' | ');
    const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    return {
      files: [...names(files!), ...names(script!)].map((name) => join(folder, name)),
      tests: names(tests!).filter((name) => name.includes('/')),
    };
  });
});

it('has every fixture in its index', () => {
  const listed = new Set(rows.flatMap(({ files }) => files));
  const present = readdirSync(join(root, 'fixtures'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, 'fixtures/').length))
    .filter((file) => file !== 'README.md' && !/(^|\/)(__pycache__|tfjs-node)\//.test(file));
  expect(present.filter((file) => !listed.has(file))).toEqual([]);
  expect([...listed].filter((file) => !existsSync(join(root, 'fixtures', file)))).toEqual([]);
});

it('names tests that exist', () => {
  const tests = rows.flatMap((row) => row.tests);
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
