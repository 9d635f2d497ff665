import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it } from 'vitest';
import { runSnippet, snippetsOf } from '../../../test/support/readme.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const [training, gradient] = snippetsOf(readme) as [string, string];

afterEach(() => tf.disposeVariables());

it("quotes what TensorFlow.js's own wasm backend says of its first snippet", () => {
  const stock = training
    .replace("import { useBackend } from '@cxr/backend';", "import '@tensorflow/tfjs-backend-wasm';")
    .replace('import { ones,', 'import { setBackend, ones,')
    .replace("await useBackend('wasm')", "await setBackend('wasm')");
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', stock], {
    cwd: here,
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  const [, message] = /^Error: (Kernel .*)$/m.exec(stderr)!;
  expect(readme.slice(0, 1000)).toContain(`**"${message}"**`);
});

it('has a first snippet that trains', async () => {
  const [[losses]] = (await runSnippet(training, here)) as [[number[]]];
  expect(tf.getBackend()).toBe('wasm');
  expect(losses).toHaveLength(5);
  for (const [i, loss] of losses.entries()) if (i > 0) expect(loss).toBeLessThan(losses[i - 1]!);
});

it('has a second snippet that says where a kernel comes from', async () => {
  const printed = await runSnippet(gradient, here);
  const [name, kernel] = printed.at(-2)!;
  expect(kernel).toMatchObject({ kernel: 'Conv2DBackpropFilter' });
  expect(printed.filter(([tried, ok]) => tried === name && ok === true)).toHaveLength(1);
  expect(printed.at(-1)).toEqual([[4, 4, 3, 16]]);
});
