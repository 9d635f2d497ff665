import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

const file = (name: string): string => new URL(name, import.meta.url).pathname;

it('the README snippet runs as it stands, but for its length', async () => {
  const readme = await readFile(file('../README.md'), 'utf8');
  const snippet = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-readme-'));
  const shorter = snippet.replace('steps: 60', 'steps: 20').replaceAll('runs/first', folder);
  expect(shorter).toContain(folder);
  // Beside the tests, where imports by package name resolve.
  const program = file(`snippet-${process.pid}.ts`);
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await writeFile(program, shorter);
    await import(program);
    expect(log).toHaveBeenCalledTimes(20);
    expect((await readdir(folder)).sort()).toEqual(['0.png', '20.png', 'checkpoint']);
  } finally {
    log.mockRestore();
    await rm(program, { force: true });
    await rm(folder, { recursive: true });
  }
});
