import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { expect } from 'vitest';
import { ISOLATED } from '../../../test/browser/open-page.js';
import { type Served, serve } from '../../../test/browser/serve.js';
import { type Faults, launch, open } from './open.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** How a page is opened. */
interface OpenOptions extends BrowserContextOptions {
  /** Of the address: `#score`. @default none */
  hash?: string;
  /** False: a server that sends no headers that isolate the page. @default true */
  isolated?: boolean;
}

/** The built page on servers of this machine, and a browser to open it in. */
export interface Site {
  folder: string;
  browser: Browser;
  /** Opens the page in a context of its own, which `close` ends with a check that the page has done nothing it must not. */
  open(options?: OpenOptions): Promise<{ page: Page; faults: Faults; close(): Promise<void> }>;
  remove(): Promise<void>;
}

/** Builds the page, serves it with the headers and without, and starts a browser. */
export async function createSite(program: string, flags: readonly string[] = []): Promise<Site> {
  execFileSync(process.execPath, [at('../../../scripts/embed-wasm.mjs')]);
  const folder = mkdtempSync(join(tmpdir(), 'cxr-page-'));
  await build({ configFile: at('../vite.config.ts'), logLevel: 'error', build: { outDir: folder } });
  const servers: Served[] = [await serve({ folder }, {}, ISOLATED), await serve({ folder }, {}, {})];
  const browser = await launch(program, flags);
  return {
    folder,
    browser,
    async open({ hash = '', isolated = true, ...options } = {}) {
      const context = await browser.newContext(options);
      const { page, faults } = await open(context, `${servers[isolated ? 0 : 1]!.url}${hash}`);
      const close = async (): Promise<void> => {
        await context.close();
        expect(faults).toEqual({ errors: [], strange: [] });
      };
      return { page, faults, close };
    },
    async remove() {
      await browser.close();
      for (const server of servers) server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Grey values of a canvas, row by row. */
export function greyOf(page: Page, selector: string): Promise<number[]> {
  return page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data.filter((_, i) => i % 4 === 0));
  });
}

/** The largest difference of two images. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
