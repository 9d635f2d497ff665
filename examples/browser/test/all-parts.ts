import { afterAll, beforeAll, describe } from 'vitest';
import { describeAugment } from './augment.js';
import { describeGenerate } from './generate.js';
import { chromiumOrReason } from './open.js';
import { describeQuiz } from './quiz.js';
import { describeScore } from './score.js';
import { createSite, type Site } from './site.js';
import type { Also } from './thoroughly.js';
import { describeTrain } from './train.js';
import { describePage } from './whole-page.js';

/** Every part of the page, driven in Chromium, or a printed reason why not. */
export function describeAllParts(also: Also): void {
  const found = chromiumOrReason();
  if ('reason' in found) console.error(`examples/browser: ${found.reason}`);

  describe.skipIf('reason' in found)('the page, in Chromium', () => {
    let site: Site;
    beforeAll(async () => {
      if ('program' in found) site = await createSite(found.program);
    });
    afterAll(() => site?.remove());

    const parts = [
      describePage,
      describeGenerate,
      describeAugment,
      describeTrain,
      describeScore,
      describeQuiz,
    ];
    for (const part of parts) part(() => site, also);
  });
}
