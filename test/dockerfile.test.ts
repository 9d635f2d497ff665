import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const dockerfile = read('Dockerfile');

it('installs the onnxruntime-node that the tests run with', () => {
  const { devDependencies } = JSON.parse(read('packages/fid/package.json'));
  expect(dockerfile).toContain(`onnxruntime-node@${devDependencies['onnxruntime-node']} `);
});

it('removes folders that this onnxruntime-node has', () => {
  const bin = new URL('../packages/fid/node_modules/onnxruntime-node/bin/', import.meta.url);
  for (const [path] of dockerfile.matchAll(/(?<=onnxruntime-node\/bin\/)\S+/g)) {
    expect(existsSync(new URL(path.replace('napi-v*', 'napi-v6'), bin)), path).toBe(true);
  }
});
