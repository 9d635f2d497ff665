import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumOrReason, launch } from '../../../examples/browser/test/open.js';
import { bars, intervals, page } from '../src/index.js';

const found = chromiumOrReason();

describe.skipIf('reason' in found)('a page of charts with long texts, in Chromium', () => {
  let browser: Awaited<ReturnType<typeof launch>>;
  beforeAll(async () => {
    if ('program' in found) browser = await launch(found.program);
  }, 60_000);
  afterAll(() => browser?.close());

  const forest = intervals([
    { label: 'classic augmentation', value: -2.8, low: -22.4, high: 16.8, text: '−12.8 [−22.4, +16.8]' },
    { label: 'classic and DCGAN', value: 9, low: 3, high: 15, text: '+19.0 [+13.1, +15.0]', main: true },
  ]);
  const long = bars([
    { label: 'near', value: 1, text: '1.00 of the images that are nearest to another one, in percent' },
    { label: 'far', value: 2, text: '1234567890123456789' },
    { label: 'short', value: 2 },
  ]);

  it.each([320, 390, 1200])(
    'has nothing outside its %i pixels, and the numbers of an interval in one line',
    async (width) => {
      const tab = await browser.newPage({ viewport: { width, height: 800 } });
      const body = [forest, long, `<div class="panels"><div>${forest}${long}</div></div>`];
      await tab.setContent(page({ title: 'Charts', wide: true, body }));
      const measured = await tab.evaluate(() => {
        const heights = [...document.querySelectorAll('body > .forest .row > span:last-child')].map(
          (one) => one.getBoundingClientRect().height,
        );
        const outside = [...document.querySelectorAll('.row > span:last-child')].filter(
          (one) => one.scrollWidth > one.clientWidth + 1,
        ).length;
        return { wide: document.documentElement.scrollWidth, outside, highest: Math.max(...heights) };
      });
      expect(measured.wide).toBeLessThanOrEqual(width);
      expect(measured.outside).toBe(0);
      expect(measured.highest).toBeLessThan(30);
      await tab.close();
    },
    60_000,
  );
});
