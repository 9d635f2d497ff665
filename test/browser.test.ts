import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alias } from '../vitest.config.js';
import { expectAsInNode, FILES } from './browser/expected.js';
import { findChromium, ISOLATED, openPage } from './browser/open-page.js';
import { type Output, runTasks } from './browser/tasks.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A module of each package, to see that the bundler did go through it. */
const PACKAGES = [
  ['augment', './augment.js'],
  ['backend', './use-backend.js'],
  ['data', './decode-image.js'],
  ['dcgan', './networks/create-generator.js'],
  ['fid', './compute-fid.js'],
  ['image', './image.js'],
  ['report', './page.js'],
] as const;

/** TensorFlow.js and its seedrandom mention some, which their package.json takes out for browsers. */
const EXEMPT = /@tensorflow|seedrandom/;

// What browsers need of the dependencies' WebAssembly, where it is not there yet.
beforeAll(() => {
  execFileSync(process.execPath, [at('../scripts/embed-wasm.mjs')]);
});

describe('the main entry', () => {
  it.each(PACKAGES)('of %s bundles for browsers without any Node built-in', async (name, module) => {
    const modules: string[] = [];
    const builtins: string[] = [];
    await build({
      configFile: false,
      logLevel: 'silent',
      root: at(`../packages/${name}`),
      resolve: { alias },
      build: { write: false, minify: false, lib: { entry: 'src/index.ts', formats: ['es'] } },
      plugins: [
        {
          name: 'find-built-ins',
          enforce: 'pre',
          resolveId(source, importer) {
            modules.push(source);
            if (source.startsWith('node:') || builtinModules.includes(source))
              builtins.push(`${source} from ${importer}`);
            return null;
          },
        },
      ],
    });
    expect(modules.some((found) => found.endsWith(module.slice(1)))).toBe(true);
    expect(builtins.filter((found) => !EXEMPT.test(found))).toEqual([]);
    // It compiles code at run time, which a content security policy forbids: `ndarray` of @cxr/image does not.
    expect(modules).not.toContain('ndarray');
  });
});

const chromium = findChromium();

describe.skipIf(!chromium)('a bundle of Vite 8, in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cxr-bundle-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let node: Output;

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'silent',
      root: at('browser'),
      resolve: { alias },
      build: { outDir: folder, emptyOutDir: true },
    });
    node = await runTasks({ ...FILES, threads: 1, backend: 'wasm' });
  });

  it('computes on wasm what Node does', async () => {
    const page = await openPage({ folder }, { input: { ...FILES, threads: 2 } });
    expect(page.isolated).toBe(false);
    expectAsInNode(page, node);
    expect(page.matMul).not.toMatch(/threads/);
    expect(page.tried.at(-1)?.reason).toMatch(/on one thread: the page's headers do not isolate it/);
  });

  it('does so in threads where the page is isolated', async () => {
    const page = await openPage({ folder }, { input: { ...FILES, threads: 2 }, headers: ISOLATED });
    expect(page.isolated).toBe(true);
    expectAsInNode(page, node);
    expect(page.matMul).toMatch(/2 threads/);
    expect(page.tried.at(-1)?.reason).toBe('computes the trial step');
  });

  it('does so in a worker of such a page', async () => {
    const input = { ...FILES, threads: 2, worker: true };
    const page = await openPage({ folder }, { input, headers: ISOLATED });
    expect(page.isolated).toBe(true);
    expectAsInNode(page, node);
    expect(page.matMul).toMatch(/2 threads/);
  });

  it('tells scripts that are missing on the server from broken images', async () => {
    const hidden = /jpeg-|webp-|tfjs-simd-/;
    const page = await openPage({ folder, hidden }, { input: { ...FILES, threads: 2 } });
    expect(page.backend).toBe('cpu');
    const reason = page.tried.find(({ name }) => name === 'wasm')?.reason;
    expect(reason).toMatch(/^the script with TensorFlow.js's WebAssembly does not load: .*tfjs-simd-/);
    expect(page.jpeg).toMatch(
      /^DecoderLoadError: the JPEG decoder does not load .*jpeg-.*server has all scripts/,
    );
    expect(page.webp).toMatch(
      /^DecoderLoadError: the WebP decoder does not load .*webp-.*server has all scripts/,
    );
  });

  it('says so where a policy forbids WebAssembly, and resizes all the same', async () => {
    const headers = { 'Content-Security-Policy': "default-src 'self'" };
    const page = await openPage({ folder }, { input: { ...FILES, threads: 2 }, headers });
    expect(page.backend).toBe('cpu');
    expect(page.tried.find(({ name }) => name === 'wasm')?.reason).toMatch(/wasm-unsafe-eval/);
    expect(page.jpeg).toMatch(/^DecoderLoadError: the JPEG decoder does not load .*wasm-unsafe-eval/);
    expect(page.webp).toMatch(/^DecoderLoadError: the WebP decoder/);
    expect(page.resized).toBe(node.resized);
    expect(page.variance).toMatch(
      /^Error: statistics and distances need WebAssembly SIMD, .*wasm-unsafe-eval/,
    );
  });

  it('needs no more of a policy than WebAssembly', async () => {
    const headers = { 'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
    const page = await openPage({ folder }, { input: { ...FILES, threads: 2 }, headers });
    expectAsInNode(page, node);
  });

  it('goes on with one thread where a policy forbids threads', async () => {
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    const headers = { ...ISOLATED, 'Content-Security-Policy': policy };
    const page = await openPage({ folder }, { input: { ...FILES, threads: 2 }, headers });
    expectAsInNode(page, node);
    expect(page.tried.at(-1)?.reason).toMatch(/on one thread: .*worker/i);
  });
});
