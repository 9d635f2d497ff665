import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesDigest, keepSettings, makeFolder, writeFileAtomic } from '@cxr/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-settings-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('keepSettings', () => {
  it('writes settings once, and then refuses others by name', async () => {
    const file = join(folder, 'new', 'settings.json');
    const settings = { steps: 12, ratio: null, classes: ['a', 'b'] };
    await keepSettings(file, settings);
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toEqual(settings);
    await keepSettings(file, { classes: ['a', 'b'], steps: 12, seed: undefined });
    const wrong = keepSettings(file, { ...settings, steps: 13 });
    await expect(wrong).rejects.toMatchObject({ code: 'mismatch', file });
    await expect(wrong).rejects.toThrow('steps was 12, now 13');
    await expect(keepSettings(file, { ...settings, classes: ['a'] })).rejects.toThrow('now ["a"]');
    await expect(keepSettings(file, { ...settings, more: 1 })).rejects.toThrow('more was undefined, now 1');
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(join(folder, 'new'))).toEqual(['settings.json']);
  });

  it('refuses a file that holds no settings, and leaves it as it is', async () => {
    for (const text of ['', '{"a":', '[1]', '3', 'null']) {
      const file = join(folder, 'bad.json');
      await writeFile(file, text);
      await expect(keepSettings(file, { a: 1 })).rejects.toMatchObject({ code: 'corrupt', file });
      expect(await readFile(file, 'utf8')).toBe(text);
    }
    await expect(keepSettings(folder, { a: 1 })).rejects.toMatchObject({ code: 'not-a-file', file: folder });
  });
});

describe('filesDigest', () => {
  it('depends on names, folders, sizes, labels and order, and not on where the files lie', async () => {
    const files = async (root: string) => {
      await makeFolder(join(folder, root, 'A'));
      await writeFileAtomic(join(folder, root, 'A', '1.png'), 'one');
      await writeFileAtomic(join(folder, root, 'A', '2.png'), 'three');
      return ['1.png', '2.png'].map((name, label) => ({ file: join(folder, root, 'A', name), label }));
    };
    const [one, two] = [await files('x'), await files('y')];
    const digest = await filesDigest(one);
    expect(digest).toBe(createHash('sha256').update('A/1.png\n3\n0\nA/2.png\n5\n1\n').digest('hex'));
    expect(await filesDigest(two)).toBe(digest);
    expect(await filesDigest(one.toReversed())).not.toBe(digest);
    expect(await filesDigest(one.map(({ file }) => ({ file })))).not.toBe(digest);
    await writeFileAtomic(two[0]!.file, 'longer');
    expect(await filesDigest(two)).not.toBe(digest);
  });

  it('names a file that is not there', async () => {
    const file = join(folder, 'none.png');
    await expect(filesDigest([{ file }])).rejects.toMatchObject({ code: 'not-found', file });
  });
});
