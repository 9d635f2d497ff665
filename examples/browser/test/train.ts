import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGeneratorInfo } from '@cxr/dcgan';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { difference, greyOf, type Site } from './site.js';
import type { Also } from './thoroughly.js';

/** The part Train. */
export function describeTrain(site: () => Site, also: Also): void {
  describe('Train', () => {
    const says = (page: Page, text: RegExp): Promise<void> =>
      page.locator('#train-status p', { hasText: text }).waitFor({ timeout: 60_000 });

    async function settings(page: Page, steps: number): Promise<void> {
      await page.locator('#train-width').selectOption('8');
      await page.locator('#train-batch').selectOption('8');
      await page.locator('#train-steps').fill(String(steps));
    }

    it('trains 20 steps on phantoms, says on what, and hands the generator on', async () => {
      const { page, close } = await site().open({ hash: '#train' });
      await settings(page, 20);
      expect(await page.locator('#train-grid').isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await says(page, /Done at step 20\./);
      expect(await page.locator('#train-backend-facts').textContent()).toMatch(
        /Computed on WebAssembly, \d+ threads\. Not on WebGPU: /,
      );
      expect(await page.locator('#train-losses polyline').count()).toBe(2);
      expect(new Set(await greyOf(page, '#train-grid')).size).toBeGreaterThan(10);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the generator' }).click(),
      ]);
      expect(readGeneratorInfo(readFileSync(await download.path()))).toMatchObject({
        step: 20,
        config: { size: 32, width: 8, batchSize: 8 },
      });
      await page.getByRole('button', { name: 'Open in Generate' }).click();
      await page.locator('#generate-facts', { hasText: /trained here: 32 × 32/ }).waitFor();
      await close();
    });

    it('goes on after a reload in the middle, and comes to the same generator', async () => {
      // The page says its step four times a second: a fast machine needs this many to be seen on the way.
      const STEPS = 200;
      const grids: number[][] = [];
      for (const reload of [false, true]) {
        const { page, close } = await site().open({ hash: '#train' });
        await settings(page, STEPS);
        await page.getByRole('button', { name: 'Train', exact: true }).click();
        if (reload) {
          await says(page, /Step ([2-9]|1[0-5])\d of 200/);
          await page.reload();
          await says(page, /A run of 200 steps is kept in this browser, at step 1?\d0\./);
          expect(new Set(await greyOf(page, '#train-grid')).size).toBeGreaterThan(10);
          await page.getByRole('button', { name: 'Resume' }).click();
        }
        await says(page, /Done at step 200\./);
        grids.push(await greyOf(page, '#train-grid'));
        await close();
      }
      expect(difference(grids[0]!, grids[1]!)).toBeLessThanOrEqual(1);
    }, 180_000);

    also('pauses at once, and keeps a run where the next does not start', async () => {
      const { page, close } = await site().open({ hash: '#train' });
      await settings(page, 20);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await page.getByRole('button', { name: 'Pause' }).click();
      await says(page, /Paused at step \d\./);
      await page.getByRole('button', { name: 'Resume' }).click();
      await says(page, /Done at step 20\./);
      const folder = mkdtempSync(join(tmpdir(), 'cxr-train-'));
      writeFileSync(join(folder, 'bad.png'), 'no image');
      await page.locator('#train-file').setInputFiles(folder);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await page.locator('#train-status.failed p', { hasText: 'bad.png' }).waitFor();
      rmSync(folder, { recursive: true });
      await page.getByRole('button', { name: 'Discard the run' }).waitFor();
      await page.getByRole('button', { name: 'Open in Generate' }).click();
      await page.locator('#generate-facts', { hasText: /trained here: 32 × 32/ }).waitFor();
      await page.reload();
      await page.getByRole('tab', { name: 'Train' }).click();
      await says(page, /A run of 20 steps is kept in this browser, at step 20\./);
      await close();
    });

    also('pauses, resumes and discards', async () => {
      const { page, close } = await site().open({ hash: '#train' });
      await settings(page, 500);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      await says(page, /Step \d+ of 500/);
      await page.getByRole('button', { name: 'Pause' }).click();
      await says(page, /Paused at step \d+\./);
      const at = Number(/\d+/.exec((await page.locator('#train-status p').textContent())!)![0]);
      await page.getByRole('button', { name: 'Resume' }).click();
      await expect
        .poll(async () =>
          Number(/Step (\d+)/.exec((await page.locator('#train-status p').textContent())!)?.[1]),
        )
        .toBeGreaterThan(at + 1);
      await page.getByRole('button', { name: 'Pause' }).click();
      await says(page, /Paused at step \d+\./);
      await page.getByRole('button', { name: 'Discard the run' }).click();
      await says(page, /deleted/);
      await page.reload();
      await page.waitForTimeout(500);
      expect(await page.getByRole('button', { name: 'Resume' }).isVisible()).toBe(false);
      await close();
    });
  });
}
