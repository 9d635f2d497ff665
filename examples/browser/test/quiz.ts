import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@cxr/data';
import { image } from '@cxr/image';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { greyOf, type Site } from './site.js';
import type { Also } from './thoroughly.js';

/** Nobody takes it for a fake. */
const WHITE = encodePng(image(new Uint8Array(900).fill(255), 30, 30, 1));

/** The part Which is real? */
export function describeQuiz(site: () => Site, also: Also): void {
  describe('Which is real?', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxr-quiz-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const says = (page: Page, text: RegExp): Promise<void> =>
      page.locator('#quiz-status p', { hasText: text }).waitFor();

    it('asks ten times with phantoms, and counts', async () => {
      const { page, close } = await site().open({ hash: '#quiz' });
      let right = 0;
      for (let round = 1; round <= 10; round++) {
        await says(page, new RegExp(`Round ${round} of 10`));
        await page.locator('#quiz-choices button').first().click();
        await says(page, new RegExp(`of ${round} so far`));
        if (/Right/.test((await page.locator('#quiz-status p').textContent())!)) right++;
        expect(await page.locator('#quiz-choices button.real').count()).toBe(1);
        // The Next button has the focus: the quiz goes on by keyboard.
        if (round < 10) await page.keyboard.press('Enter');
      }
      await says(page, new RegExp(`${right} of 10 so far\\. That was the last round`));
      await page.keyboard.press('Enter');
      await says(page, /Round 1 of 10/);
      await close();
    });

    it('leaves out files that cannot be read, and goes on', async () => {
      const { page, close } = await site().open({ hash: '#quiz' });
      await says(page, /Round 1 of 10/);
      const broken = join(folder, 'broken');
      mkdirSync(broken);
      for (let i = 0; i < 20; i++) writeFileSync(join(broken, `bad${i}.png`), 'no image');
      await page.locator('#quiz-file').setInputFiles(broken);
      await says(page, /None of the chosen files can be read/);
      expect(await page.locator('#quiz-choices button').count()).toBe(0);
      writeFileSync(join(broken, 'white.png'), WHITE);
      await page.locator('#quiz-file').setInputFiles(broken);
      // All but one are broken: the first draw is almost never the good one.
      await says(page, /Round 1 of 10: which is real\? Left out: .*bad\d+\.png/);
      await page.locator('#quiz-choices button').first().click();
      await says(page, / of 1 so far/);
      await page.keyboard.press('Enter');
      await says(page, /Round 2 of 10/);
      await close();
    });

    also('shows the reals of the user', async () => {
      const white = join(folder, 'white');
      mkdirSync(white);
      writeFileSync(join(white, 'white.png'), WHITE);
      const { page, close } = await site().open({ hash: '#quiz' });
      await says(page, /Round 1 of 10/);
      await page.locator('#quiz-file').setInputFiles(white);
      const isWhite = async (which: number): Promise<boolean> =>
        (await greyOf(page, `#quiz-choices button:nth-child(${which}) canvas`)).every((v) => v === 255);
      for (let round = 1; round <= 3; round++) {
        await says(page, new RegExp(`Round ${round} of 10`));
        await expect.poll(async () => (await isWhite(1)) !== (await isWhite(2))).toBe(true);
        await page.locator(`#quiz-choices button:nth-child(${(await isWhite(1)) ? 1 : 2})`).click();
        await says(page, new RegExp(`Right.* ${round} of ${round} so far`));
        await page.keyboard.press('Enter');
      }
      await close();
    });
  });
}
