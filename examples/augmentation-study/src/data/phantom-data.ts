import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng, phantoms } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';

/** Phantoms of each part and class: more sick than healthy ones, as in the real set. */
const COUNTS = { train: { HEALTHY: 50, SICK: 90 }, test: { HEALTHY: 30, SICK: 30 } } as const;
const SIZE = 64;

/** Draws a small data set into a folder, unless it is there already: `train` and `test`, each with two classes. */
export async function drawPhantoms(folder: string): Promise<{ data: string; testData: string }> {
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    let seed = 1;
    for (const [part, classes] of Object.entries(COUNTS)) {
      for (const [name, count] of Object.entries(classes)) {
        let person = 1000 * seed;
        for (const { image } of phantoms({ count, seed: seed++, size: SIZE, sick: name === 'SICK' })) {
          await writeFileAtomic(join(folder, part, name, `person${person++}_1.png`), encodePng(image));
        }
      }
    }
    await writeFileAtomic(done, '');
  }
  return { data: join(folder, 'train'), testData: join(folder, 'test') };
}
