import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('has a snippet that runs and prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = readme.split('```ts\n')[1]!.split('```')[0]!;
  const packages = fileURLToPath(new URL('../../', import.meta.url));
  const runnable = snippet.replace(
    /'@cxr\/(\w+)(\/node)?'/g,
    (_, name, node) => `'${packages}${name}/src/${node ? 'node' : 'index'}.ts'`,
  );
  await writeFile(`${folder}/snippet.ts`, runnable);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import(/* @vite-ignore */ `${folder}/snippet.ts`);
  const printed = log.mock.calls;
  log.mockRestore();
  expect(printed).toEqual([
    [true, 8, 8],
    [true, 20],
    [0, 0],
  ]);
});
