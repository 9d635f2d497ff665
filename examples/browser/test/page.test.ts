import { afterAll, beforeAll, describe } from 'vitest';
import { describeAugment } from './augment.js';
import { describeGenerate } from './generate.js';
import { chromiumOrReason } from './open.js';
import { describeQuiz } from './quiz.js';
import { describeScore } from './score.js';
import { createSite, type Site } from './site.js';
import { describeTrain } from './train.js';
import { describePage } from './whole-page.js';

const found = chromiumOrReason();
if ('reason' in found) console.error(`examples/browser: ${found.reason}`);

describe.skipIf('reason' in found)('the page, in Chromium', () => {
  let site: Site;
  beforeAll(async () => {
    if ('program' in found) site = await createSite(found.program);
  });
  afterAll(() => site?.remove());

  describePage(() => site);
  describeGenerate(() => site);
  describeAugment(() => site);
  describeTrain(() => site);
  describeScore(() => site);
  describeQuiz(() => site);
});
