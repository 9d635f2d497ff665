import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@cxr/cli';
import { encodePng, phantoms } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { type Image, image, type NamedImage } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../../test/support/stored-zip.js';
import { optionsOf, type RunFlags } from '../src/options.js';
import { type CountedImages, openReals } from '../src/reals.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

/** Writes `count` drawn images into a folder; with `bits` 12 as 16-bit files whose white is 4095. */
async function draw(where: string, count: number, bits = 8): Promise<void> {
  for (const { name, image: drawn } of phantoms({ count, seed: 1, size: 32 })) {
    const deep = image(
      Uint16Array.from(drawn.data, (byte) => byte << 4),
      32,
      32,
      1,
    );
    await writeFileAtomic(join(where, `${name}.png`), encodePng(bits === 8 ? drawn : deep));
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-reals-'));
  await draw(at('train', 'NORMAL'), 5);
  await draw(at('train', 'PNEUMONIA'), 4);
  await draw(at('train-2', 'NORMAL'), 4);
  await draw(at('deep'), 4, 12);
  await draw(at('three'), 3);
  await draw(at('one'), 1);
  mkdirSync(at('nothing'));
  writeFileSync(at('set.zip'), zipOf(at('train')));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(flags: RunFlags) {
  const lines: string[] = [];
  return { ...(await openReals(optionsOf({ size: 32, ...flags }), (line) => lines.push(line))), lines };
}

async function all(set: CountedImages): Promise<Image[]> {
  const images: Image[] = [];
  for await (const one of set.read() as AsyncIterable<NamedImage>) images.push(one.image);
  return images;
}

describe('without data', () => {
  it('are phantoms of the seed, and others to test with', async () => {
    const { description, train, test } = await open({ seed: 5 });
    expect(description).toBe('256 drawn phantoms of 32 × 32 pixels: no patient, no download.');
    expect([train.count, test!.count]).toEqual([256, 256]);
    for (const [set, seed] of [
      [train, 5],
      [test!, 6],
    ] as const) {
      const [first] = phantoms({ count: 256, seed, size: 32 });
      const images = await all(set);
      expect(images).toHaveLength(256);
      expect(images[0]!.data).toEqual(first!.image.data);
    }
  });
});

describe('from a folder', () => {
  it('are the images of one class, read as often as needed', async () => {
    const { description, train, test } = await open({ data: at('train'), class: 'NORMAL' });
    expect(description).toMatch(
      /^5 chest X-rays of class NORMAL, trained on at 32 × 32 pixels\. If .*CC BY 4\.0\.$/,
    );
    expect(test).toBeUndefined();
    expect(train.count).toBe(5);
    expect(await all(train)).toEqual(await all(train));
    const plain = await open({ data: at('train', 'PNEUMONIA') });
    expect(plain.description).toMatch(/^4 chest X-rays, trained on at/);
  });

  it('need a class where there are several', async () => {
    await expect(open({ data: at('train') })).rejects.toThrow(
      new UsageError(`${at('train')} holds class folders: choose one of NORMAL, PNEUMONIA with --class`),
    );
    await expect(open({ data: at('nothing') })).rejects.toMatchObject({ code: 'empty' });
    await expect(open({ data: at('nowhere') })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are tested on others, never on their own', async () => {
    const normal = { class: 'NORMAL' };
    // A name that begins alike is another folder.
    const { test } = await open({ data: at('train'), testData: at('train-2'), ...normal });
    expect(test!.count).toBe(4);
    for (const [data, testData] of [
      [at('train'), at('train')],
      [at('train'), join(at('train'), '..', 'train')],
    ] as const) {
      await expect(open({ data, testData, ...normal })).rejects.toThrow(
        `--test-data ${testData} overlaps --data ${data}: a test image must never be trained on`,
      );
    }
    const inside = { data: at('train', 'NORMAL'), testData: at('train', 'NORMAL', '.') };
    await expect(open(inside)).rejects.toThrow(UsageError);
  });

  it('are enough for a distance, or refused before anything is computed', async () => {
    await expect(open({ data: at('three') })).rejects.toThrow(
      new UsageError(`${at('three')} has 3 images: at least 4 are needed to score with`),
    );
    const data = at('train', 'NORMAL');
    await expect(open({ data, testData: at('one') })).rejects.toThrow(
      new UsageError(`${at('one')} has 1 image: at least 2 are needed to score with`),
    );
  });

  it('may lie in a zip file, which is no reason to test on them', async () => {
    const zip = at('set.zip');
    await expect(open({ data: zip })).rejects.toThrow('choose one of NORMAL, PNEUMONIA with --class');
    const { train } = await open({ data: zip, class: 'NORMAL' });
    const unpacked = await open({ data: at('train'), class: 'NORMAL' });
    expect(await all(train)).toEqual(await all(unpacked.train));
    const { test } = await open({ data: `${zip}!NORMAL`, testData: `${zip}!PNEUMONIA` });
    expect(test!.count).toBe(4);
    symlinkSync(zip, at('link.zip'));
    for (const testData of [`${zip}!NORMAL`, `${at('link.zip')}!NORMAL`]) {
      await expect(open({ data: `${zip}/NORMAL`, testData })).rejects.toThrow('overlaps');
    }
  });

  it('are warned of once, though they are read several times', async () => {
    const { train, lines } = await open({ data: at('deep') });
    await all(train);
    await all(train);
    expect(lines).toEqual([expect.stringMatching(/^warning: the 4 16-bit images use only 12 of 16 bits/)]);
    const given = await open({ data: at('deep'), bits: 12 });
    await all(given.train);
    expect(given.lines).toEqual([]);
  });
});
