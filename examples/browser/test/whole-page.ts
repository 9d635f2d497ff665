import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Site } from './site.js';
import type { Also } from './thoroughly.js';

const READY = /images a second/;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe-core: the rule, and the elements. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** What concerns all parts: servers, threads, the policy, size, keys and accessibility. */
export function describePage(site: () => Site, also: Also): void {
  const tabs = async (page: Page): Promise<string[]> => page.getByRole('tab').allTextContents();

  describe('the page', () => {
    it('computes in threads where the server isolates it', async () => {
      const { page, close } = await site().open();
      await page.getByText(READY).waitFor();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await page.locator('#generate-facts').textContent()).toMatch(/WebAssembly, \d+ threads/);
      await close();
    });

    it('isolates itself by a service worker where the server does not', async () => {
      const { page, close } = await site().open({ isolated: false });
      await page.getByText(READY).waitFor();
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      expect(await page.locator('#generate-facts').textContent()).toMatch(/WebAssembly, \d+ threads/);
      await close();
    });

    also('works on one thread where neither is possible, and says so', async () => {
      const { page, close } = await site().open({ isolated: false, serviceWorkers: 'block' });
      await page.getByText(READY).waitFor();
      expect(await page.locator('#generate-facts').textContent()).toMatch(/WebAssembly, 1 thread\./);
      expect(await page.locator('#missing').textContent()).toMatch(/one thread: correct, but slower/);
      await close();
    });

    it('cannot ask another server for anything, nor can its threads', async () => {
      const { page } = await site().open();
      await page.getByText(READY).waitFor();
      const asks = async (): Promise<string> =>
        page.evaluate(() => fetch('http://localhost:9/').then(() => 'answered', String));
      const violated = page.evaluate(
        () =>
          new Promise<string>((resolve) =>
            document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective)),
          ),
      );
      expect(await asks()).toMatch(/TypeError/);
      expect(await violated).toBe('connect-src');
      const [thread] = page.workers().filter((worker) => worker.url().startsWith('blob:'));
      const inThread = thread!.evaluate(
        () =>
          new Promise<string>((resolve) => {
            addEventListener('securitypolicyviolation', (event) =>
              resolve((event as SecurityPolicyViolationEvent).violatedDirective),
            );
            fetch('http://localhost:9/').catch(() => {});
          }),
      );
      expect(await inThread).toBe('connect-src');
      await page.context().close();
    });

    it('loads less than 2 MB, compressed, beside the generator', async () => {
      const { page, close } = await site().open();
      const names = new Set<string>();
      page.context().on('request', (request) => {
        const { protocol, pathname } = new URL(request.url());
        if (protocol.startsWith('http')) names.add(pathname);
      });
      await page.reload();
      await page.getByText(READY).waitFor();
      await page.waitForLoadState('networkidle');
      const loaded = [...names].filter((name) => name !== '/' && !name.endsWith('.safetensors'));
      expect(loaded.length).toBeGreaterThan(3);
      const bytes = [...loaded, '/index.html'].map(
        (name) => gzipSync(readFileSync(join(site().folder, name))).length,
      );
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2e6);
      await close();
    });

    it('has no picture of anybody in it', () => {
      const files = readdirSync(site().folder, { recursive: true, encoding: 'utf8' });
      expect(files.filter((name) => /\.(png|jpe?g|webp|dcm|tiff?|bmp|npz)$/i.test(name))).toEqual([]);
    });

    it('has tabs that are walked by the arrow keys and kept by a reload', async () => {
      const { page, close } = await site().open();
      const names = await tabs(page);
      await page.getByRole('tab').first().focus();
      for (const name of [...names.slice(1), names[0]!]) {
        await page.keyboard.press('ArrowRight');
        const tab = page.getByRole('tab', { name, exact: true });
        expect(await tab.getAttribute('aria-selected')).toBe('true');
        expect(await tab.evaluate((element) => element === document.activeElement)).toBe(true);
        expect(await page.getByRole('tabpanel').count()).toBe(1);
      }
      await page.keyboard.press('End');
      await page.reload();
      expect(await page.getByRole('tab', { selected: true }).textContent()).toBe(names.at(-1));
      await close();
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      const register = colorScheme === 'light' ? it : also;
      register(`has nothing that axe-core finds, ${colorScheme}`, async () => {
        const { page, close } = await site().open({ colorScheme });
        await page.getByText(READY).waitFor();
        for (const name of await tabs(page)) {
          await page.getByRole('tab', { name, exact: true }).click();
          expect(await findings(page), name).toEqual([]);
        }
        await close();
      });
    }

    also('fits into 360 pixels', async () => {
      const { page, close } = await site().open({ viewport: { width: 360, height: 700 } });
      await page.getByText(READY).waitFor();
      for (const name of await tabs(page)) {
        await page.getByRole('tab', { name, exact: true }).click();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, name).toBeLessThanOrEqual(360);
      }
      await close();
    });
  });
}
