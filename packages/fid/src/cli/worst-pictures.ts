import { contactSheet, encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { fidContributions } from '../metrics/fid-contributions.js';
import type { PathStatistics } from '../node/path-report.js';
import { type Reading, readRows } from './path-images.js';

/** How many fakes are drawn, and named in the result. */
const PICTURES = 24;
const NAMED = 10;
const COLUMNS = 6;

/** A fake and what the FID falls by without it. */
export interface CostlyFake {
  file: string;
  contribution: number;
}

/** Draws the fakes that cost most, the costliest at the left of the first row. @returns the first of them by their files */
export async function drawWorst(
  file: string,
  [real, fake]: readonly [PathStatistics, PathStatistics],
  reading: Reading,
): Promise<CostlyFake[]> {
  const worst = fidContributions(real.statistics, fake.activations!).slice(0, PICTURES);
  const images = await readRows(
    fake,
    worst.map(({ fake: row }) => row),
    reading,
  );
  const sheet = contactSheet(images, {
    columns: Math.min(COLUMNS, images.length),
    cell: 256,
    gap: 8,
    background: 255,
  });
  await writeFileAtomic(file, encodePng(sheet));
  return worst
    .slice(0, NAMED)
    .map(({ fake: row, contribution }) => ({ file: fake.names[row]!, contribution }));
}
