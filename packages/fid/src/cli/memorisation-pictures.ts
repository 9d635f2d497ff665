import { encodePng } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { fitImage, image } from '@cxr/image';
import type { Memorisation } from '../metrics/memorisation.js';
import type { MetricContext } from './metric-context.js';
import { readRows } from './path-images.js';

const PAIRS = 8;
const SIZE = 256;
const GAP = 8;

/** Draws the most suspicious pairs, one a row: the fake at the left, its nearest real at the right. */
export async function drawPairs(
  file: string,
  { pairs }: Memorisation,
  { real, fake, reading }: Pick<MetricContext, 'real' | 'fake' | 'reading'>,
): Promise<void> {
  const worst = pairs.slice(0, PAIRS);
  const width = 2 * SIZE + 3 * GAP;
  const height = worst.length * (SIZE + GAP) + GAP;
  const pixels = new Uint8Array(width * height * 3).fill(255);
  const rowsOf = (side: 'real' | 'fake') => worst.map((pair) => pair[side]);
  const columns = [
    await readRows(fake, rowsOf('fake'), reading),
    await readRows(real, rowsOf('real'), reading),
  ];
  for (const row of worst.keys()) {
    for (const [column, images] of columns.entries()) {
      const { data } = fitImage(images[row]!, { size: SIZE, channels: 3 });
      for (let y = 0; y < SIZE; y++) {
        const at = (GAP + row * (SIZE + GAP) + y) * width + GAP + column * (SIZE + GAP);
        pixels.set(data.subarray(y * SIZE * 3, (y + 1) * SIZE * 3), at * 3);
      }
    }
  }
  await writeFileAtomic(file, encodePng(image(pixels, height, width, 3)));
}
