import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { findChromium } from './browser/open-page.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Before all tests: how long they take, and what this machine leaves out. The test files say nothing about it. */
export default function setup({ config }: TestProject): void {
  const lines = ['The whole suite takes about nine minutes on two cores.', ...leftOut()];
  if (config.silent !== true) process.stderr.write(`${lines.join('\n')}\n`);
}

/** One line for each kind of tests that does not run here. */
export function leftOut(environment: NodeJS.ProcessEnv = process.env): string[] {
  const shared = resolve(root, environment.CXR_SHARED ?? '../shared');
  const lines: string[] = [];
  if (!existsSync(shared)) {
    lines.push(
      `tests with real X-rays and Inception weights: no folder ${shared} (CXR_SHARED names another)`,
    );
  }
  for (const [backend, name] of [
    ['webgpu', 'webgpu'],
    ['node', '@tensorflow/tfjs-node'],
  ] as const) {
    if (!isInstalled(name)) lines.push(`tests of the backend ${backend}: ${name} is not installed`);
  }
  if (!findChromium()) lines.push('tests in a browser: no Chromium found (CXR_CHROMIUM names one)');
  return lines.map((line) => `Left out: ${line}.`);
}

/** True when the tests of @cxr/backend can load the package. */
function isInstalled(name: string): boolean {
  try {
    createRequire(resolve(root, 'packages/backend/package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}
