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

it('has snippets that run and print what they say', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const snippets = readme
    .split('```ts\n')
    .slice(1)
    .map((text) => text.split('```')[0]!);
  const source = fileURLToPath(new URL('../src/', import.meta.url));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  for (const [i, snippet] of snippets.entries()) {
    const runnable = snippet
      .replaceAll("'@cxr/data'", `'${source}index.ts'`)
      .replaceAll("'@cxr/data/node'", `'${source}node.ts'`)
      .replace(/(['`])xrays/g, `$1${folder}/xrays`);
    await writeFile(`${folder}/snippet${i}.ts`, runnable);
    await import(/* @vite-ignore */ `${folder}/snippet${i}.ts`);
  }
  const printed = log.mock.calls;
  log.mockRestore();
  expect(printed).toEqual([
    [2 * 64 * 64, [2, 64, 64, 1]],
    [64 * 64, [1, 64, 64, 1]],
    // The sick phantom is one of those above, 1, with opacities: no duplicate.
    [['NORMAL 6', 'PNEUMONIA 1'], 0],
    [4, 4],
    [1, 1],
    [2],
  ]);
});
