import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../../test/support/stored-zip.js';
import { classWeights, fakeCounts } from '../src/arms.js';
import { openData, type StudyData } from '../src/data/open-data.js';
import { scarceSizes, scarceSubset } from '../src/data/scarce-subset.js';
import { countClasses, type StudyItem } from '../src/data/study-item.js';
import { generatorFolder } from '../src/generators/subset-fakes.js';
import { optionsOf } from '../src/options.js';
import { planUnits } from '../src/plan.js';
import { fileTraits } from '../src/traps/file-traits.js';
import { leadLetters } from '../src/traps/lead-letters.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-study-data-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** 60 healthy images of 40 persons and 150 sick ones of 50. */
const items: StudyItem[] = [
  ...Array.from({ length: 60 }, (_, i) => ({ file: `h${i}`, label: 0, group: `healthy ${i % 40}` })),
  ...Array.from({ length: 150 }, (_, i) => ({ file: `s${i}`, label: 1, group: `sick ${i % 50}` })),
];

describe('a scarce subset', () => {
  const draw = (normals: number | 'all', subset = 0, ratio?: number) =>
    scarceSubset(items, { classes: 2, normals, subset, ratio });

  it('keeps the proportions of the classes, or makes those asked for', () => {
    const all = ({ train, validation }: ReturnType<typeof draw>) =>
      countClasses([...train, ...validation], 2);
    expect(all(draw(20))).toEqual([20, 50]);
    expect(all(draw('all'))).toEqual([60, 150]);
    expect(all(draw(20, 0, 1))).toEqual([20, 20]);
    expect(all(draw('all', 0, 0.5))).toEqual([60, 30]);
  });

  it('has nobody in two parts, and a fifth of each class for validation', () => {
    for (const subset of [0, 1, 2]) {
      const { train, validation } = draw(40, subset);
      const persons = new Set(train.map(({ group }) => group));
      expect(validation.filter(({ group }) => persons.has(group))).toEqual([]);
      expect(countClasses(validation, 2)[0]).toBeGreaterThanOrEqual(6);
      expect(countClasses(validation, 2)[1]).toBeGreaterThanOrEqual(17);
    }
  });

  it('is the same again, another for another number, and within the larger one of that number', () => {
    const files = (normals: number, subset: number) => {
      const { train, validation } = draw(normals, subset);
      return [...train, ...validation].map(({ file }) => file).sort();
    };
    expect(files(20, 0)).toEqual(files(20, 0));
    expect(files(20, 0)).not.toEqual(files(20, 1));
    const larger = new Set(files(40, 0));
    expect(files(20, 0).filter((file) => !larger.has(file))).toEqual([]);
  });

  it('has no sizes that would be all images under another name', () => {
    const normals = [20, 59, 60, 1000, 'all'] as const;
    expect(scarceSizes(items, { classes: 2, normals })).toEqual({
      sizes: [20, 59, 'all'],
      leftOut: [60, 1000],
      smallest: 60,
    });
  });

  it('refuses too few', () => {
    expect(() => draw(5)).toThrow('too few images: with 5 of the smallest class');
  });
});

describe('the images of a study', () => {
  it('leave out of training whoever is in the test part, and what equals a test image', async () => {
    const write = (path: string, seed: number, sick: boolean) =>
      writeFileAtomic(join(folder, path), encodePng(phantom({ seed, size: 48, sick })));
    for (let i = 0; i < 6; i++) {
      await write(`train/NORMAL/IM-000${i}-0001.png`, i, false);
      await write(`train/PNEUMONIA/person${i}_bacteria_1.png`, 50 + i, true);
      await write(`test/NORMAL/IM-010${i}-0001.png`, 100 + i, false);
      await write(`test/PNEUMONIA/person10${i}_virus_1.png`, 150 + i, true);
    }
    await write('test/PNEUMONIA/Person3_virus_9.png', 200, true); // the person of a training image
    await write('test/NORMAL/IM-0999-0001.png', 2, false); // the image of IM-0002
    await write('train/NORMAL/IM-0777-0001.png', 4, false); // a copy within the training part
    const data = await openData({ data: join(folder, 'train'), testData: join(folder, 'test') });
    expect(data.classes).toEqual(['NORMAL', 'PNEUMONIA']);
    expect(data.positive).toBe(1);
    expect(data.separation).toMatchObject({
      patientsInBoth: 1,
      leftOutByPatient: 1,
      duplicatesInBoth: 1,
      leftOutByDuplicate: 1,
      duplicatesInTrain: 1,
      unknownPatients: 0,
    });
    expect(countClasses(data.train, 2)).toEqual([6, 5]);
    expect(countClasses(data.test, 2)).toEqual([7, 7]);
    const group = (name: string) => data.train.find(({ file }) => file.includes(name))!.group;
    expect(group('IM-0777')).toBe(group('IM-0004'));
    expect(group('IM-0001')).not.toBe(group('IM-0004'));

    const traits = await fileTraits(data.train, 2);
    expect(traits.find(({ name }) => name === 'width')).toEqual({ name: 'width', auc: 0.5, means: [48, 48] });
    // A zip file need not be unpacked.
    writeFileSync(join(folder, 'train.zip'), zipOf(join(folder, 'train')));
    const zipped = await openData({ data: join(folder, 'train.zip'), testData: join(folder, 'test') });
    expect(zipped.digest).toBe(data.digest);
    expect(await fileTraits(zipped.train, 2)).toEqual(traits);
    const letters = await leadLetters(data.train, 2, 1);
    expect(letters.found).toHaveLength(2);
    expect(letters.wholeAuc).toBeGreaterThanOrEqual(0);
  });

  it('come from a table, too, with the classes asked for, and a fifth of the patients to test on', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      file: `t${i}.png`,
      label: ['A', 'B', 'C'][i % 3]!,
      patient: `p${i}`,
    }));
    for (const [i, { file }] of rows.entries()) {
      await writeFileAtomic(join(folder, 'table', file), encodePng(phantom({ seed: 300 + i, size: 48 })));
    }
    const csv = join(folder, 'table', 'labels.csv');
    writeFileSync(
      csv,
      ['path,label,patient', ...rows.map(({ file, label, patient }) => `${file},${label},${patient}`)].join(
        '\n',
      ),
    );
    const data = await openData({ data: csv, classes: ['A', 'B'], positive: 'A' });
    expect(data.classes).toEqual(['A', 'B']);
    expect(data.positive).toBe(0);
    expect(data.train.length + data.test.length).toBe(14);
    expect(data.test.length).toBeGreaterThanOrEqual(2);
    expect(data.warnings.join()).toContain('6 images have none or several of the classes');
    await expect(openData({ data: csv, classes: ['A'] })).rejects.toThrow(
      'a study needs two or more classes',
    );
    await expect(openData({ data: csv, positive: 'D' })).rejects.toThrow('--positive D is no class: A, B, C');
    await expect(openData({ data: csv, positive: 'A' })).rejects.toThrow(
      '--positive does nothing: there are 3 classes (A, B, C)',
    );
    await expect(openData({ data: csv, classes: ['A', 'B', 'X'] })).rejects.toThrow(
      '--classes: no class X in the data (A, B)',
    );
  });

  it('tell by a property of the files what no pixel says', async () => {
    const sized = [40, 41, 42, 60, 61, 62];
    for (const [i, size] of sized.entries()) {
      await writeFileAtomic(join(folder, 'sizes', `${i}.png`), encodePng(phantom({ seed: 1, size })));
    }
    const traits = await fileTraits(
      sized.map((_, i) => ({
        file: join(folder, 'sizes', `${i}.png`),
        label: i < 3 ? 0 : 1,
        group: String(i),
      })),
      2,
    );
    expect(traits.find(({ name }) => name === 'width')).toEqual({ name: 'width', auc: 1, means: [41, 61] });
    expect(traits.find(({ name }) => name === 'colour profile')!.auc).toBe(0.5);
  });
});

describe('arms', () => {
  it('fill up and weigh the classes that have few', () => {
    expect(fakeCounts([80, 230], 1)).toEqual([150, 0]);
    expect(fakeCounts([80, 80], 2)).toEqual([80, 80]);
    expect(classWeights([80, 240], true)).toEqual([2, 2 / 3]);
    expect(classWeights([80, 240], false)).toEqual([1, 1]);
  });

  it('are planned seed after seed; runs share subsets in turn', () => {
    const units = planUnits({
      seeds: 3,
      subsets: 2,
      normals: [20],
      classifiers: ['convnet-64'],
      arms: ['none', 'dcgan'],
    });
    expect(units.map(({ seed, subset, arm }) => `${seed} ${subset} ${arm}`)).toEqual([
      '0 0 none',
      '0 0 dcgan',
      '1 1 none',
      '1 1 dcgan',
      '2 0 none',
      '2 0 dcgan',
    ]);
  });
});

it('each class has a folder of its own for its generator, by its plain name where it can', () => {
  const foldersOf = (...classes: string[]) =>
    classes.map((_, label) =>
      basename(
        generatorFolder(
          { out: 'x', given: new Map(), data: { classes } as unknown as StudyData },
          20,
          0,
          label,
        ),
      ),
    );
  expect(foldersOf('No Finding', 'Pneumonia')).toEqual(['20-subset0-No_Finding', '20-subset0-Pneumonia']);
  for (const classes of [
    ['正常', '肺炎'],
    ['A B', 'A_B', 'a b'],
  ])
    expect(new Set(foldersOf(...classes).map((name) => name.toLowerCase())).size).toBe(classes.length);
});

describe('flags', () => {
  it('have defaults, keep the baseline, and are refused where they contradict each other', () => {
    const options = optionsOf({ data: 'x', arms: ['dcgan'] });
    expect(options).toMatchObject({
      arms: ['none', 'dcgan'],
      seeds: 5,
      subsets: 5,
      normals: [100, 300, 1000, 'all'],
    });
    expect(optionsOf({ data: 'x', seeds: 3, subsets: 9 }).subsets).toBe(3);
    expect(optionsOf({ data: 'x', ganSize: 128 })).toMatchObject({ ganWidth: 16 });
    expect(() => optionsOf({})).toThrow('--data is missing');
    expect(() => optionsOf({ quick: true, data: 'x' })).toThrow('--quick draws phantoms');
    expect(() => optionsOf({ quick: true, testData: 'x' })).toThrow(
      '--quick draws phantoms: it takes no --test-data',
    );
    expect(optionsOf({ data: 'x', classifiers: ['convnet-32', 'convnet-32'] }).classifiers).toEqual([
      'convnet-32',
    ]);
    expect(() => optionsOf({ data: 'x', arms: ['none'] })).toThrow('--arms needs one besides none');
    expect(() => optionsOf({ data: 'x', classifiers: ['probe-64', 'probe-768'] })).toThrow('takes one probe');
  });
});
