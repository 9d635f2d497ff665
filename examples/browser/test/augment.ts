import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage, encodePng, phantom } from '@cxr/data';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { FILES } from '../../../test/browser/expected.js';
import { difference, greyOf, type Site } from './site.js';
import type { Also } from './thoroughly.js';

/** A DICOM file of the tests of @cxr/data, made by pydicom. */
function dicom(): { bytes: Buffer } {
  const rows = readFileSync(new URL('../../../fixtures/data/dicom.jsonl', import.meta.url), 'utf8');
  const [row] = rows
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string });
  return { bytes: Buffer.from(row!.file, 'base64') };
}

async function done(page: Page, work: () => Promise<unknown>): Promise<void> {
  const line = page.locator('#augment-status p');
  await line.evaluate((status) => {
    status.textContent = '';
  });
  await work();
  await page.locator('#augment-status p', { hasText: /pixels in/ }).waitFor();
}

/** The part Augment. */
export function describeAugment(site: () => Site, also: Also): void {
  describe('Augment', () => {
    // Inside the example, so that Node finds the packages.
    const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/augment-', import.meta.url)));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('gives code that does the same in Node, noise and all', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      const chest = encodePng(phantom({ seed: 5, size: 96 }));
      await done(page, () =>
        page
          .locator('#augment-file')
          .setInputFiles({ name: 'chest.png', mimeType: 'image/png', buffer: Buffer.from(chest) }),
      );
      for (const title of ['Elastic', 'Gamma', 'CLAHE', 'Gaussian noise', 'Cutout']) {
        await done(page, () => page.getByLabel(title, { exact: true }).check());
      }
      await done(page, () => page.locator('#augment-rotate-degrees').fill('-12.5'));
      await done(page, () => page.locator('#augment-seed').fill('42'));
      const shown = await greyOf(page, '#augment-after');
      expect(difference(shown, await greyOf(page, '#augment-before'))).toBeGreaterThan(20);

      writeFileSync(join(folder, 'chest.png'), chest);
      writeFileSync(join(folder, 'replay.mjs'), await page.locator('#augment-code').inputValue());
      execFileSync(process.execPath, ['replay.mjs'], { cwd: folder });
      const replayed = await decodeImage(readFileSync(join(folder, 'augmented.png')));
      expect(Array.from(replayed.data)).toEqual(shown);

      const record = JSON.parse(await page.locator('#augment-record').inputValue());
      expect(record).toMatchObject({ seed: 42, transform: 'compose' });
      await close();
    });

    also('offers every transform, each of which works', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      await page.locator('#augment-status p', { hasText: /pixels in/ }).waitFor();
      const boxes = page.locator('#augment-transforms input[type=checkbox]');
      await done(page, () => boxes.nth(3).uncheck());
      for (const box of await boxes.all()) {
        await done(page, () => box.check());
        expect(await page.locator('#augment-status.failed').count()).toBe(0);
        expect(await page.locator('#augment-code').inputValue()).toContain(
          (await box.getAttribute('id'))!.replace('augment-on-', ''),
        );
        await done(page, () => box.uncheck());
      }
      await close();
    });

    it('decodes a JPEG and a DICOM to the pixels that Node gets', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      for (const [name, bytes] of [
        ['chest.jpg', Buffer.from(FILES.jpeg, 'base64')],
        ['chest.dcm', dicom().bytes],
      ] as const) {
        await done(page, () =>
          page.locator('#augment-file').setInputFiles({ name, mimeType: '', buffer: bytes }),
        );
        const { data, shape } = await decodeImage(bytes);
        const first = Array.from(data).filter((_, i) => i % shape[2]! === 0);
        expect(await greyOf(page, '#augment-before')).toEqual(first);
        expect(await page.locator('#augment-name').textContent()).toContain(name);
      }
      await close();
    });

    it('says what is wrong with a file that is no image', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      await page.locator('#augment-status p', { hasText: /pixels in/ }).waitFor();
      const buffer = Buffer.from('not an image');
      await page.locator('#augment-file').setInputFiles({ name: 'notes.txt', mimeType: '', buffer });
      await page.locator('#augment-status.failed p', { hasText: /notes\.txt/ }).waitFor();
      await close();
    });
  });
}
