import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage, encodePng, phantom } from '@cxr/data';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { FILES } from '../../../test/browser/expected.js';
import { OFFERS } from '../src/worker/offers.js';
import { difference, greyOf, type Site } from './site.js';
import type { Also } from './thoroughly.js';

/** The first DICOM file of a golden of @cxr/data, made by pydicom. */
function dicom(golden: string): Buffer {
  const rows = readFileSync(new URL(`../../../fixtures/data/${golden}.jsonl`, import.meta.url), 'utf8');
  const row = rows
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; plain?: boolean })
    .find(({ plain }) => !plain);
  return Buffer.from(row!.file, 'base64');
}

/**
 * Drops files onto the box of a field; with `folder`, in a folder of that name. A script can put files into a drop, but no folder:
 * that one has the entries that a browser gives for a folder.
 */
async function drop(
  page: Page,
  field: string,
  files: Readonly<Record<string, Uint8Array>>,
  folder?: string,
): Promise<void> {
  const contents = Object.entries(files).map(([name, bytes]): [string, number[]] => [name, [...bytes]]);
  await page.locator('.drop', { has: page.locator(field) }).evaluate(
    (box, { contents, folder }) => {
      const made = contents.map(([name, bytes]) => new File([new Uint8Array(bytes)], name));
      const transfer = new DataTransfer();
      for (const file of made) transfer.items.add(file);
      const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
      if (folder) {
        const entries = made.map((file) => ({
          isFile: true,
          fullPath: `/${folder}/${file.name}`,
          file: (resolve: (file: File) => void) => resolve(file),
        }));
        const batches = [entries, []];
        const createReader = () => ({
          readEntries: (resolve: (some: unknown) => void) => resolve(batches.shift()),
        });
        const item = { webkitGetAsEntry: () => ({ isFile: false, fullPath: `/${folder}`, createReader }) };
        Object.defineProperty(event, 'dataTransfer', { value: { items: [item] } });
      }
      box.dispatchEvent(event);
    },
    { contents, folder },
  );
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

    it('takes tones and frequencies from a second image, and says so in the code', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      await page.locator('#augment-status p', { hasText: /pixels in/ }).waitFor();
      const second = encodePng(phantom({ seed: 9, size: 64, sick: true }));
      await done(page, () => page.getByLabel('Rotate', { exact: true }).uncheck());
      await done(page, () => page.getByLabel('Tones of the second image', { exact: true }).check());
      await done(page, () => page.getByLabel('Low frequencies of the second image', { exact: true }).check());
      await done(page, () => page.getByLabel('Bias field', { exact: true }).check());
      const ofPhantom = await greyOf(page, '#augment-after');
      await done(page, () =>
        page
          .locator('#augment-reference')
          .setInputFiles({ name: 'second.png', mimeType: 'image/png', buffer: Buffer.from(second) }),
      );
      const shown = await greyOf(page, '#augment-after');
      expect(difference(shown, ofPhantom)).toBeGreaterThan(5);
      writeFileSync(join(folder, 'second.png'), second);
      writeFileSync(join(folder, 'replay.mjs'), await page.locator('#augment-code').inputValue());
      execFileSync(process.execPath, ['replay.mjs'], { cwd: folder });
      const replayed = await decodeImage(readFileSync(join(folder, 'augmented.png')));
      expect(Array.from(replayed.data)).toEqual(shown);
      await close();
    });

    it('takes what is dropped: a file, and a folder', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      await page.locator('#augment-status p', { hasText: /pixels in/ }).waitFor();
      const chest = encodePng(phantom({ seed: 5, size: 96 }));
      await done(page, () => drop(page, '#augment-file', { 'dropped.png': chest }));
      expect(await page.locator('#augment-name').textContent()).toMatch(/^dropped\.png: 96 × 96/);
      await page.getByRole('tab', { name: 'Score' }).click();
      const files = { 'b.png': chest, 'a.png': chest, '.hidden': chest };
      await drop(page, '#score-real', files, 'chests');
      await page.locator('#score-real-count', { hasText: /\b2\b/ }).waitFor();
      await close();
    });

    it('offers every transform', () => {
      const transforms = readdirSync(new URL('../../../packages/augment/src/transforms', import.meta.url));
      const names = transforms.map((file) =>
        file.replace('.ts', '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      );
      expect(Object.keys(OFFERS).sort()).toEqual(names.sort());
    });

    also('applies each transform', async () => {
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

    it('decodes a JPEG, a DICOM and one with JPEG 2000 to the pixels that Node gets', async () => {
      const { page, close } = await site().open({ hash: '#augment' });
      for (const [name, bytes] of [
        ['chest.jpg', Buffer.from(FILES.jpeg, 'base64')],
        ['chest.dcm', dicom('dicom')],
        ['compressed.dcm', dicom('jpeg2000')],
      ] as const) {
        await done(page, () =>
          page.locator('#augment-file').setInputFiles({ name, mimeType: '', buffer: bytes }),
        );
        const { data, shape } = await decodeImage(bytes);
        const first = Array.from(data).filter((_, i) => i % shape[2]! === 0);
        // The line may still say what came of the page's first image.
        await page.locator('#augment-name', { hasText: name }).waitFor();
        await expect.poll(() => greyOf(page, '#augment-before'), { timeout: 10_000 }).toEqual(first);
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
