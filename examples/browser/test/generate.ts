import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@cxr/backend';
import { decodeImage } from '@cxr/data';
import { interpolate, readGenerator, resolveConfig, sample, Trainer, writeGenerator } from '@cxr/dcgan';
import { type Image, pixels } from '@cxr/image';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { difference, greyOf, type Site } from './site.js';
import type { Also } from './thoroughly.js';

/** A generator of 32 pixels that no training has touched. */
function tinyGenerator(): { generator: tfl.LayersModel; config: ReturnType<typeof resolveConfig> } {
  const config = resolveConfig({ size: 32, width: 8, latentDim: 20, seed: 3 });
  return { generator: new Trainer(config).sampler, config };
}

async function drawn(page: Page, work: () => Promise<unknown>): Promise<void> {
  const status = page.locator('#generate-status p');
  await status.evaluate((line) => {
    line.textContent = '';
  });
  await work();
  await page.locator('#generate-status p', { hasText: /images a second/ }).waitFor();
}

/** The part Generate. */
export function describeGenerate(site: () => Site, also: Also): void {
  describe('Generate', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cxr-generate-'));
    const shipped = new URL(
      '../../../packages/dcgan/pretrained/xray-normal-128.safetensors',
      import.meta.url,
    );
    let generator: tfl.LayersModel;

    beforeAll(async () => {
      await useBackend('wasm');
      generator = readGenerator(readFileSync(shipped)).generator;
    });
    afterAll(() => {
      generator.dispose();
      rmSync(folder, { recursive: true });
    });

    const first = async (images: AsyncIterable<Image>): Promise<Image> => {
      for await (const one of images) return one;
      throw new Error('no image');
    };

    it('draws by seed what @cxr/dcgan draws in Node, and saves it', async () => {
      const { page, close } = await site().open();
      await drawn(page, () => page.locator('#generate-seed').fill('7'));
      await drawn(page, () => page.getByRole('button', { name: 'Draw', exact: true }).click());
      await page.locator('#generate-grid canvas[aria-label*="seed 7, number 16"]').waitFor();
      const expected = pixels(await first(sample(generator, { count: 1, seed: 7 })));
      const canvas = '#generate-grid li:first-child canvas';
      const shown = await greyOf(page, canvas);
      expect(difference(shown, expected)).toBeLessThanOrEqual(1);
      expect(await page.locator('#generate-grid canvas').count()).toBe(16);

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('#generate-grid button').first().click(),
      ]);
      expect(download.suggestedFilename()).toBe('seed-7-0.png');
      const saved = await decodeImage(readFileSync(await download.path()));
      expect(Array.from(saved.data)).toEqual(shown);
      await close();
    });

    also('draws more than ten images of 128 pixels a second', async () => {
      const { page, close } = await site().open();
      await drawn(page, () => Promise.resolve());
      await page.locator('#generate-count').selectOption('64');
      await drawn(page, () => page.getByRole('button', { name: 'Draw', exact: true }).click());
      const said = (await page.locator('#generate-status p').textContent())!;
      expect(Number(/([\d.]+) images a second/.exec(said)![1]), said).toBeGreaterThan(10);
      await close();
    });

    also('goes from one seed to another on the arc between them', async () => {
      const { page, close } = await site().open();
      await drawn(page, () => Promise.resolve());
      const at = page.getByLabel('Drag from the first to the last');
      const images = await interpolate(generator, { from: { seed: 1 }, to: { seed: 2 }, steps: 33 });
      await expect
        .poll(() => greyOf(page, '#between-image').then((grey) => grey.some((v) => v > 0)))
        .toBe(true);
      await at.focus();
      await page.keyboard.press('Home');
      expect(difference(await greyOf(page, '#between-image'), images[0]!.data)).toBeLessThanOrEqual(1);
      await at.fill('25');
      expect(difference(await greyOf(page, '#between-image'), images[8]!.data)).toBeLessThanOrEqual(1);
      await page.keyboard.press('End');
      expect(difference(await greyOf(page, '#between-image'), images[32]!.data)).toBeLessThanOrEqual(1);
      await close();
    });

    also('walks by the arrow keys, and back to where it was', async () => {
      const { page, close } = await site().open();
      await drawn(page, () => Promise.resolve());
      const image = (): Promise<number[]> => greyOf(page, '#walk-image');
      await expect.poll(async () => (await image()).some((value) => value > 0)).toBe(true);
      const start = await image();
      await page.locator('#walk-stage').focus();
      for (const key of ['ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
      await expect.poll(async () => difference(await image(), start)).toBeGreaterThan(5);
      for (const key of ['ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
      await expect.poll(async () => difference(await image(), start)).toBeLessThanOrEqual(1);
      await close();
    });

    it('reads a generator of the user, in both forms, and refuses other files in words', async () => {
      const { generator: tiny, config } = tinyGenerator();
      const file = join(folder, 'tiny.safetensors');
      writeFileSync(file, await writeGenerator(tiny, { config, step: 0 }));
      await tiny.save(
        tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
          const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
          writeFileSync(join(folder, 'model.json'), JSON.stringify({ modelTopology, weightsManifest }));
          writeFileSync(join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
      );
      writeFileSync(join(folder, 'other.safetensors'), 'nothing');
      const expected = pixels(await first(sample(tiny, { count: 1, seed: 1 })));
      tiny.dispose();

      const { page, close } = await site().open();
      await drawn(page, () => Promise.resolve());
      const choose = page.locator('#generate-file');
      for (const files of [[file], [join(folder, 'model.json'), join(folder, 'weights.bin')]]) {
        await drawn(page, () => choose.setInputFiles(files));
        expect(await page.locator('#generate-facts').textContent()).toMatch(/32 × 32 pixels from 20 numbers/);
        const shown = await greyOf(page, '#generate-grid li:first-child canvas');
        expect(difference(shown, expected)).toBeLessThanOrEqual(1);
      }
      await choose.setInputFiles(join(folder, 'other.safetensors'));
      await page.locator('#generate-status.failed p', { hasText: /other\.safetensors/ }).waitFor();
      await close();
    });
  });
}
