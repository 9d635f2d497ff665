import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, encodePng } from '@cxr/data';
import { memorisation } from '@cxr/fid';
import { image, ndarray } from '@cxr/image';
import { afterAll, expect, it } from 'vitest';
import type { MetricContext } from '../src/cli/metric-context.js';
import { reportMemorisation } from '../src/cli/report-memorisation.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-pairs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sets of 12 on a line: real i at 10 i, fake i at 10 i + 1 + i / 20, so that fake 0 is the worst. Each picture is of one grey. */
const COUNT = 12;
const set = (name: string, grey: number, place: (i: number) => number) => {
  const rows = Float32Array.from({ length: 2 * COUNT }, (_, k) => (k % 2 === 0 ? place(k >> 1) : 0));
  const names = Array.from({ length: COUNT }, (_, i) => join(folder, `${name}-${i}.png`));
  names.forEach((file, i) => {
    writeFileSync(file, encodePng(image(new Uint8Array(9).fill(grey + i), 3, 3, 1)));
  });
  return { activations: ndarray(rows, [COUNT, 2]), names };
};
const real = set('real', 40, (i) => 10 * i);
const fake = set('fake', 140, (i) => 10 * i + 1 + i / 20);
const report = (pictures?: string) =>
  reportMemorisation({ real, fake, pictures, reading: {} } as unknown as MetricContext);

it('names the ten worst pairs by their files', async () => {
  const { pairs, ...rest } = await report();
  const { pairs: all, ...expected } = memorisation(real.activations, fake.activations);
  expect(rest).toEqual(expected);
  expect(all).toHaveLength(COUNT);
  expect(pairs).toEqual(
    all.slice(0, 10).map((pair) => ({ ...pair, fake: fake.names[pair.fake], real: real.names[pair.real] })),
  );
});

it('draws the eight worst, the fake at the left and its real at the right', async () => {
  const file = join(folder, 'pairs.png');
  const { pairs } = await report(file);
  const drawn = await decodeImage(readFileSync(file));
  expect(drawn.shape).toEqual([8 * 264 + 8, 2 * 256 + 24, 3]);
  const grey = (y: number, x: number) => drawn.data[(y * drawn.shape[1]! + x) * 3];
  for (let row = 0; row < 8; row++) {
    const [of, from] = [fake.names, real.names].map((names, i) =>
      names.indexOf(i === 0 ? pairs[row]!.fake! : pairs[row]!.real!),
    ) as [number, number];
    for (const y of [8 + 264 * row, 8 + 264 * row + 255]) {
      expect([grey(y, 8), grey(y, 263), grey(y, 272), grey(y, 527)]).toEqual([
        140 + of,
        140 + of,
        40 + from,
        40 + from,
      ]);
      expect([grey(y, 7), grey(y, 264), grey(y, 528)]).toEqual([255, 255, 255]);
    }
  }
});
