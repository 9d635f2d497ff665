import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@cxr/backend';
import type { Output } from '@cxr/cli';
import { encodePng, phantoms } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main as study } from '../examples/augmentation-study/src/main.js';
import { main as start } from '../examples/end-to-end/src/main.js';
import { main as reproduce } from '../examples/reproduce/src/main.js';
import { main as cxrDcgan } from '../packages/dcgan/src/cli/main.js';
import { main as cxrFid } from '../packages/fid/src/cli/main.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-named-backend-'));
const at = (name: string) => join(folder, name);
const images = at('images');
const weights = at('weights.safetensors');

beforeAll(async () => {
  mkdirSync(images);
  for (const { name, image } of phantoms({ count: 4, seed: 1, size: 32 }))
    writeFileSync(join(images, name), encodePng(image));
  writeFileSync(weights, writeSafetensors(randomWeights(1).tensors));
  // From now on wasm does not start with another number of threads: a backend that fails on every machine.
  await useBackend('wasm', { threads: 1 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const OTHER = ['--threads', '2'];
const BACKEND = ['--backend', 'wasm', ...OTHER];

it.each([
  ['cxr-dcgan', cxrDcgan, ['train', '--data', images, '--out', at('run'), '--steps', '1', ...BACKEND]],
  [
    'cxr-dcgan',
    cxrDcgan,
    ['sample', '--pretrained', 'xray-normal-128', '--count', '1', '--out', at('fakes'), ...BACKEND],
  ],
  [
    'cxr-fid',
    cxrFid,
    [images, images, '--dims', '64', '--weights', weights, '--engine', 'tfjs', '--device', 'wasm', ...OTHER],
  ],
  ['npm start', start, ['--steps', '1', '--weights', weights, '--out', at('start'), ...BACKEND]],
  ['npm run reproduce', reproduce, ['--quick', '--out', at('reproduce'), ...BACKEND]],
  ['npm run study', study, ['--quick', '--out', at('study'), ...BACKEND]],
])(
  '%s ends with a line and status 2 where the backend that was asked for does not start',
  async (name, main, args) => {
    const notes: string[] = [];
    const output: Output = { result() {}, note: (line) => notes.push(line), progress() {} };
    expect(await main(args, output)).toBe(2);
    expect(notes.at(-1)).toBe(`${name}: backend wasm: wasm already runs with 1 threads: 2`);
  },
);

it('so does cxr-fid where onnxruntime-node, which was asked for, is not installed', async () => {
  const hooks = `export async function resolve(name, context, next) {
    if (name !== 'onnxruntime-node') return next(name, context);
    throw Object.assign(new Error("Cannot find package 'onnxruntime-node'"), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const url = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(url(hooks))});`;
  const bin = fileURLToPath(new URL('../packages/fid/bin/cxr-fid.js', import.meta.url));
  const without = (...args: string[]) =>
    new Promise<[unknown, string]>((resolve) => {
      execFile(process.execPath, ['--import', url(register), bin, ...args], (error, _, stderr) =>
        resolve([error?.code ?? 0, stderr]),
      );
    });
  const flags = [images, images, '--dims', '64', '--weights', weights];
  const encoder = [images, images, '--encoder', weights, '--preprocess', 'clip'];
  const line = 'cxr-fid: onnxruntime-node is not installed: npm install onnxruntime-node\n';
  expect(await without(...flags, '--engine', 'onnxruntime')).toEqual([2, line]);
  expect(await without(...encoder)).toEqual([2, line]);
  // Not asked for, it is done without.
  expect(await without(...flags)).toEqual([0, expect.stringContaining('tfjs')]);
}, 60_000);
