import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Output } from './tasks.js';

/** A JPEG and a WebP, base64, out of the goldens that Pillow made. */
export const FILES: { jpeg: string; webp: string } = {
  jpeg: file('jpeg.jsonl', 'RGB, 4:2:0'),
  webp: file('webp.jsonl', 'webp RGB, lossy'),
};

function file(goldens: string, name: string): string {
  const url = new URL(`../../fixtures/data/${goldens}`, import.meta.url);
  const rows = readFileSync(url, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; file: string });
  const row = rows.find((row) => row.name === name);
  if (!row) throw new Error(`no ${name} in ${goldens}: ${rows.map((row) => row.name)}`);
  return row.file;
}

/**
 * The backend is `wasm`, and the numbers are those of Node on one thread. Threads add up a long sum in other parts: 1e-5
 * relative is left for that, which a wrong kernel misses by far.
 */
export function expectAsInNode(page: Output, node: Output): void {
  expect(page.tried.map(({ name, ok, reason }) => [name, ok, reason])).toEqual([
    ['node', false, '@tensorflow/tfjs-node runs in Node only'],
    ['webgpu', false, expect.stringMatching(/WebGPU|adapter/)],
    ['onnxruntime', false, 'onnxruntime-node runs in Node only'],
    ['wasm', true, expect.stringMatching(/^computes the trial step/)],
  ]);
  const { jpeg, webp, resized, variance } = node;
  expect(page).toMatchObject({ backend: 'wasm', jpeg, webp, resized, variance });
  expect(page.losses).toHaveLength(4);
  page.losses.forEach((loss, i) => {
    expectClose(loss, node.losses[i]!);
  });
  expectClose(page.fid!, node.fid!);
}

function expectClose(value: number, expected: number): void {
  expect(Math.abs(value - expected), `${value}, expected ${expected}`).toBeLessThanOrEqual(
    1e-5 * Math.abs(expected),
  );
}
