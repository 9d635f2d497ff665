import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodePng, phantoms } from '@cxr/data';
import { randomWeights, writeSafetensors } from '@cxr/fid';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from './site.js';
import type { Also } from './thoroughly.js';

const CXR_FID = fileURLToPath(new URL('../../../packages/fid/bin/cxr-fid.js', import.meta.url));
/** Encoders of a few kilobytes, out of the goldens of @cxr/fid. */
const ENCODERS = new URL('../../../fixtures/fid/encoders/', import.meta.url);

/** The part Score. */
export function describeScore(site: () => Site, also: Also): void {
  describe('Score', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxr-score-'));
    const at = (name: string): string => join(folder, name);
    afterAll(() => rmSync(folder, { recursive: true }));

    beforeAll(() => {
      for (const [name, seed, sick] of [
        ['real', 1, false],
        ['fake', 2, true],
        ['held', 3, false],
      ] as const) {
        mkdirSync(at(name));
        for (const { name: file, image } of phantoms({ count: 8, seed, size: 64, sick })) {
          writeFileSync(join(folder, name, file), encodePng(image));
        }
      }
      writeFileSync(join(folder, 'real', 'notes.txt'), 'no image');
      writeFileSync(at('weights.safetensors'), writeSafetensors(randomWeights(1).tensors));
    });

    async function choose(page: Page, weights: string): Promise<void> {
      await page.locator('#score-real').setInputFiles(at('real'));
      await page.locator('#score-fake').setInputFiles(at('fake'));
      await page.locator('#score-weights').setInputFiles(weights);
    }
    const cxrFid = (...flags: string[]): { fid: number; floor: { fid: number }; ceiling: { fid: number } } =>
      JSON.parse(
        execFileSync(process.execPath, [CXR_FID, at('real'), at('fake'), '--json', ...flags], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
    const shown = async (page: Page): Promise<number> => {
      await page.locator('#score-status p', { hasText: /FID .* in/ }).waitFor({ timeout: 60_000 });
      return Number(await page.locator('#score-facts td').first().textContent());
    };
    const near = (value: number, expected: number): void =>
      expect(Math.abs(value - expected) / expected, `${value}, expected ${expected}`).toBeLessThan(1e-3);

    it('gives the number of cxr-fid in Node, with floor, ceiling, pairs and spectrum', async () => {
      const { page, close } = await site().open({ hash: '#score' });
      await choose(page, at('weights.safetensors'));
      await page.locator('#score-held').setInputFiles(at('held'));
      expect(await page.locator('#score-real-count').textContent()).toBe('8 images, 1 other files left out');
      await page.locator('#score-dims').selectOption('64');
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      const fid = await shown(page);
      const node = cxrFid('--dims', '64', '--weights', at('weights.safetensors'), '--held-out', at('held'));
      near(fid, node.fid);
      const rows = await page.locator('#score-bars .row span:last-child').allTextContents();
      expect(rows).toHaveLength(3);
      near(Number(rows[1]), node.ceiling.fid);
      near(Number(rows[2]), node.floor.fid);
      expect(await page.locator('#score-pairs li').count()).toBe(8);
      await expect
        .poll(() => page.locator('#score-spectrum').evaluate((image: HTMLImageElement) => image.naturalWidth))
        .toBe(440);
      await close();
    });

    also('scores by an encoder of the user', async () => {
      const { page, close } = await site().open({ hash: '#score' });
      const encoder = fileURLToPath(new URL('vit.onnx', ENCODERS));
      await choose(page, encoder);
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      near(await shown(page), cxrFid('--encoder', encoder, '--preprocess', 'imagenet').fid);
      await close();
    });

    also('keeps the network where the user wants it, until it is forgotten', async () => {
      const { page, close } = await site().open({ hash: '#score' });
      await page.locator('#score-weights').setInputFiles(fileURLToPath(new URL('vit.onnx', ENCODERS)));
      await page.locator('#score-real').setInputFiles(at('real'));
      await page.locator('#score-fake').setInputFiles(at('fake'));
      await page.getByLabel('Keep the network in this browser').check();
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      const fid = await shown(page);
      await page.reload();
      await page.getByText(/kept in this browser$/).waitFor();
      await page.locator('#score-real').setInputFiles(at('real'));
      await page.locator('#score-fake').setInputFiles(at('fake'));
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      expect(await shown(page)).toBe(fid);
      await page.getByRole('button', { name: 'Forget the kept network' }).click();
      await page.getByText('The network is no longer kept.').waitFor();
      await page.reload();
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      await page.locator('#score-status.failed').waitFor();
      await page.locator('#score-weights-name').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
      await close();
    });

    it('stops, and is then at rest', async () => {
      const { page, close } = await site().open({ hash: '#score' });
      await choose(page, at('weights.safetensors'));
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      await page.locator('#score-status progress').waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.locator('#score-status p', { hasText: 'Stopped.' }).waitFor();
      await page.locator('#score-status progress').waitFor({ state: 'hidden' });
      expect(await page.locator('#score-status.failed').count()).toBe(0);
      await page.locator('#score-dims').selectOption('64');
      await page.getByRole('button', { name: 'Score', exact: true }).click();
      await shown(page);
      await page.locator('#score-status progress').waitFor({ state: 'hidden' });
      await close();
    });

    it('says what is missing, and which file is broken', async () => {
      const { page, close } = await site().open({ hash: '#score' });
      const start = page.getByRole('button', { name: 'Score', exact: true });
      await start.click();
      await page.locator('#score-status.failed p', { hasText: 'real images' }).waitFor();
      writeFileSync(at('broken.pth'), 'no weights');
      await choose(page, at('broken.pth'));
      await start.click();
      await page.locator('#score-status.failed p', { hasText: 'broken.pth' }).waitFor();
      expect(await start.isEnabled()).toBe(true);
      await close();
    });
  });
}
