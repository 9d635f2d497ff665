// npm run check:browsers. The packages as they would be published, in a project of their own, through each bundler without
// any configuration, run in Chromium.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAsInNode, FILES } from './expected.js';
import { ISOLATED, openPage } from './open-page.js';
import { addHtml, createProject, ES_WORKERS, type Project } from './project.js';
import type { Files } from './serve.js';
import { type Output, runTasks } from './tasks.js';

let project: Project;
let node: Output;

beforeAll(async () => {
  node = await runTasks({ ...FILES, threads: 1, backend: 'wasm' });
  project = await createProject();
}, 600_000);

afterAll(() => project?.remove());

type Use = (files: Files) => Promise<void>;

/** Makes the bundle, or starts the server, and hands it to `use`. */
const WAYS: Record<string, (use: Use) => Promise<void>> = {
  'vite 8, build': (use) => build('vite/bin/vite.js', ['build'], use),
  'vite 8, dev': (use) => develop('vite/bin/vite.js', use),
  // Of itself it makes no worker whose code has parts that are loaded later.
  'vite 7, build': (use) => build('vite7/bin/vite.js', ['build', '--config', ES_WORKERS], use),
  'vite 7, dev': (use) => develop('vite7/bin/vite.js', use),
  'webpack 5, production': (use) => webpack('production', use),
  'webpack 5, development': (use) => webpack('development', use),
  esbuild: (use) =>
    build(
      'esbuild/bin/esbuild',
      ['page.js', '--bundle', '--minify', '--splitting', '--format=esm', '--outdir=dist'],
      use,
      'page.js',
    ),
};

async function build(script: string, args: string[], use: Use, html?: string): Promise<void> {
  const folder = join(project.folder, 'dist');
  await rm(folder, { recursive: true, force: true });
  await project.node(script, ...args);
  if (html) await addHtml(folder, html);
  await use({ folder });
}

function webpack(mode: string, use: Use): Promise<void> {
  const args = ['--entry', './page.js', '-o', 'dist', '--mode', mode];
  return build('webpack-cli/bin/cli.js', args, use, 'main.js');
}

function develop(script: string, use: Use): Promise<void> {
  const args = (port: number): string[] => [
    '--port',
    `${port}`,
    '--strictPort',
    '--host',
    '127.0.0.1',
    '--force',
  ];
  return project.withServer(script, args, (port) => use({ port }));
}

describe.each(Object.keys(WAYS))('%s', (name) => {
  it('computes on wasm what Node does, with threads and without', async () => {
    await WAYS[name]!(async (files) => {
      const input = { ...FILES, threads: 2 };
      const plain = await openPage(files, { input });
      expectAsInNode(plain, node);
      expect([plain.isolated, plain.matMul]).toEqual([false, expect.not.stringMatching(/threads/)]);
      const isolated = await openPage(files, { input, headers: ISOLATED });
      expectAsInNode(isolated, node);
      expect([isolated.isolated, isolated.matMul]).toEqual([true, expect.stringMatching(/2 threads/)]);
      if (name === 'esbuild') return; // It makes no bundles of workers.
      const worker = await openPage(files, { input: { ...input, worker: true }, headers: ISOLATED });
      expectAsInNode(worker, node);
      expect([worker.isolated, worker.matMul]).toEqual([true, expect.stringMatching(/2 threads/)]);
    });
  }, 300_000);
});
