import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as exported from '@cxr/augment';
import { phantom } from '@cxr/data';
import { expect, it, vi } from 'vitest';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const readme = await readFile(file('../README.md'), 'utf8');

it('has a snippet that runs and prints what it says', async () => {
  const snippet = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  // Beside the tests, where imports by package name resolve.
  const program = file(`snippet-${process.pid}.ts`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await writeFile(program, snippet);
    await import(program);
    expect(log.mock.calls).toEqual([[[224, 224, 1], 1], [true], ['compose']]);
  } finally {
    log.mockRestore();
    await rm(program, { force: true });
  }
});

it('has a module for threads, which runs', async () => {
  const module = /```js\n([\s\S]*?)```/.exec(readme)![1]!;
  const program = file(`module-${process.pid}.js`);
  try {
    await writeFile(program, module);
    const { default: chest } = await import(program);
    const image = phantom({ seed: 1, size: 64 });
    const key = { seed: 42, epoch: 3, index: 7 };
    const expected = exported.augment(exported.chestXray({ size: 224 }), { image }, key);
    expect(chest(image, { epoch: 3, index: 7, parameter: 42 })).toEqual(expected.image);
  } finally {
    await rm(program, { force: true });
  }
});

it('names every function there is', () => {
  const named = new Set(readme.match(/`\w+`/g));
  const functions = Object.keys(exported);
  expect(functions.filter((name) => !named.has(`\`${name}\``))).toEqual([]);
});
