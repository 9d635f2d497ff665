// npm run check:browsers. The page of examples/browser: all of its tests, the software adapter of WebGPU, and a second browser engine.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeAllParts } from '../../examples/browser/test/all-parts.js';
import { chromiumOrReason } from '../../examples/browser/test/open.js';
import { createSite, type Site } from '../../examples/browser/test/site.js';
import { also } from '../../examples/browser/test/thoroughly.js';
import { openInFirefox } from './firefox.js';
import { ISOLATED } from './open-page.js';

describeAllParts(also);

const found = chromiumOrReason();
const FIREFOX = process.env.CXR_FIREFOX ?? '/usr/bin/firefox-esr';
if (!existsSync(FIREFOX)) console.error(`skipped: no Firefox at ${FIREFOX} (CXR_FIREFOX names one)`);

/** Chromium's software adapter, which is slow. */
const WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

describe.skipIf('reason' in found)('the page, elsewhere', () => {
  let site: Site;
  beforeAll(async () => {
    if ('program' in found) site = await createSite(found.program, WEBGPU);
  });
  afterAll(() => site?.remove());

  it('trains on WebGPU with the losses that WebAssembly has', async () => {
    const curves: number[][] = [];
    for (const [backend, words] of [
      ['webgpu', /^Computed on WebGPU\.$/],
      ['wasm', /^Computed on WebAssembly, \d+ threads\./],
    ] as const) {
      const { page, close } = await site.open({ hash: '#train' });
      await page.locator('#train-width').selectOption('8');
      await page.locator('#train-batch').selectOption('8');
      await page.locator('#train-steps').fill('3');
      await page.locator('#train-backend').selectOption(backend);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await page.getByText('Done at step 3.').waitFor({ timeout: 110_000 });
      expect(await page.locator('#train-backend-facts').textContent()).toMatch(words);
      const points = await page
        .locator('#train-losses polyline')
        .evaluateAll((lines) => lines.map((line) => line.getAttribute('points')).join(' '));
      curves.push(points.split(/[ ,]+/).map(Number));
      await close();
    }
    const [webgpu, wasm] = curves as [number[], number[]];
    expect(webgpu).toHaveLength(2 * 2 * 3);
    // Pixels of the chart, which is as high as the losses differ.
    expect(Math.max(...webgpu.map((value, i) => Math.abs(value - wasm[i]!)))).toBeLessThan(1);
  }, 120_000);

  it.skipIf(!existsSync(FIREFOX))(
    'samples in Firefox, in threads',
    async () => {
      const folder = `${site.folder}-firefox`;
      cpSync(site.folder, folder, { recursive: true });
      const index = join(folder, 'index.html');
      writeFileSync(
        index,
        readFileSync(index, 'utf8').replace(
          '</head>',
          '<script type="module" src="./probe.js"></script></head>',
        ),
      );
      cpSync(new URL('firefox-probe.js', import.meta.url), join(folder, 'probe.js'));
      const output = await openInFirefox(FIREFOX, folder, ISOLATED);
      expect(output).toMatchObject({
        isolated: true,
        facts: expect.stringMatching(/WebAssembly, \d+ threads/),
        images: 16,
        differ: true,
        elsewhere: expect.stringMatching(/Error/),
      });
    },
    120_000,
  );
});
