import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { phantom } from '@cxr/data';
import { inspectDataset, streamBatches } from '@cxr/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatTiff } from '../../../test/support/float-tiff.js';
import { main } from '../src/cli/main.js';

let folder: string;
let file: string;
const size = 24;
const grey = phantom({ seed: 3, size });
const window = { centre: 275, width: 2550 };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-window-'));
  file = join(folder, 'x.tif');
  // Values of −1000 to 1550.
  await writeFile(
    file,
    floatTiff(
      [...grey.data].map((value) => 10 * value - 1000),
      size,
      size,
    ),
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('a window, for values without shades', () => {
  it('is an option of inspectDataset, in threads too', async () => {
    const items = [{ file, labels: [], patient: 'a' }];
    const mean = grey.data.reduce((sum, value) => sum + value, 0) / grey.data.length;
    for (const workers of [0, 1]) {
      expect((await inspectDataset(items, { workers })).unreadable[0]?.reason).toContain(
        'floating-point samples',
      );
      expect((await inspectDataset(items, { workers, window })).mean).toBeCloseTo(mean, 9);
    }
    const wrong = inspectDataset(items, { window: { centre: 0, width: 0 } });
    await expect(wrong).rejects.toThrow('invalid window: a window of centre 0 and width 0');
  });

  it('is an option of streamBatches', async () => {
    for await (const { data } of streamBatches([file], { size, batchSize: 1, workers: 0, window })) {
      expect([...data].map((value) => Math.round((value + 1) * 127.5))).toEqual([...grey.data]);
    }
    const wrong = () => streamBatches([file], { size, batchSize: 1, window: 'full' as 'all' });
    expect(wrong).toThrow("window must be 'file', 'all' or { centre, width }, not string full");
  });

  it('is a flag of cxr-data inspect, of its sheet too', async () => {
    const inspect = async (...flags: string[]) => {
      const lines: string[] = [];
      const output = {
        result: (line: string) => lines.push(line),
        note: (line: string) => lines.push(line),
        progress() {},
      };
      return { status: await main(['inspect', folder, '--workers', '0', ...flags], output), lines };
    };
    const sheet = join(folder, 'sheet.png');
    expect((await inspect()).lines.join('\n')).toContain('files that cannot be read: 1');
    const { status, lines } = await inspect('--window', '275,2550', '--sheet', sheet);
    expect([status, lines.at(-1)]).toEqual([0, `${sheet}: a row for each class`]);
    expect(lines).toContain('files that cannot be read: 0');
    expect(await inspect('--window', '275')).toMatchObject({ status: 2 });
  });
});
