import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJsonLines, readJsonLines } from '@cxr/data/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-lines-'));
  file = join(folder, 'log.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

interface Line {
  step: number;
}
const text = () => readFile(file, 'utf8');
const textOf = (...steps: number[]) => steps.map((step) => `{"step":${step}}\n`).join('');

describe('openJsonLines', () => {
  it('starts a log with its first line', async () => {
    const log = await openJsonLines<Line>(file);
    await log.append({ step: 1 }, { step: 2 });
    await log.append({ step: 3 });
    expect(await text()).toBe(textOf(1, 2, 3));
    expect(log.lines).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  });

  it('goes on after a torn line, and after another', async () => {
    await (await openJsonLines<Line>(file)).append({ step: 1 });
    for (const step of [2, 3, 4]) {
      await appendFile(file, `{"step":${step},"loss`);
      const log = await openJsonLines<Line>(file);
      await log.append({ step });
      const steps = Array.from({ length: step }, (_, i) => i + 1);
      expect(log.lines).toEqual(steps.map((one) => ({ step: one })));
      expect(await text()).toBe(textOf(...steps));
    }
  });

  it('mends what an earlier version has continued, and takes lines without their line feed', async () => {
    await writeFile(file, `{"step":1}\n{"step":2,"lo{"step":2}\n\0\0\0\nnull\n[1]\n7\n\n{"step":3}`);
    const log = await openJsonLines<Line>(file);
    await log.append({ step: 4 });
    expect(await text()).toBe(textOf(1, 3, 4));
  });

  it('drops what is not to be kept', async () => {
    await writeFile(file, textOf(1, 2, 3, 4));
    expect((await openJsonLines<Line>(file, ({ step }) => step <= 2)).lines).toHaveLength(2);
    expect(await text()).toBe(textOf(1, 2));
  });

  it('names a log that cannot be read or written', async () => {
    await mkdir(file);
    await expect(openJsonLines(file)).rejects.toMatchObject({ code: 'not-a-file', file });
    const gone = join(folder, 'gone', 'log.jsonl');
    const log = await openJsonLines<Line>(gone);
    await expect(log.append({ step: 1 })).rejects.toMatchObject({ code: 'unwritable', file: gone });
    await mkdir(join(folder, 'gone'));
    await log.append({ step: 2 });
    expect((await openJsonLines<Line>(gone)).lines).toEqual([{ step: 2 }]);
  });
});

describe('readJsonLines', () => {
  it('reads a log in writing as it is', async () => {
    const torn = `${textOf(1, 2)}{"step":3`;
    await appendFile(file, torn);
    expect(await readJsonLines<Line>(file)).toEqual([{ step: 1 }, { step: 2 }]);
    expect(await text()).toBe(torn);
  });

  it.each(['null\n', 'garbage\n', '\n', '[1]\n'])('refuses the line %j, by its number', async (line) => {
    await appendFile(file, `${textOf(1)}${line}${textOf(2)}`);
    await expect(readJsonLines(file)).rejects.toMatchObject({
      code: 'corrupt',
      file,
      message: expect.stringContaining('line 2'),
    });
  });

  it('reads a log that is not there as an empty one, and names one that cannot be read', async () => {
    expect(await readJsonLines(file)).toEqual([]);
    await expect(readJsonLines(folder)).rejects.toMatchObject({ code: 'not-a-file', file: folder });
  });
});
