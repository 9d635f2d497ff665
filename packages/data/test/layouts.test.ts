import { mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  contactSheet,
  type DatasetItem,
  decodeImage,
  encodePng,
  parseCsv,
  patientOf,
  phantom,
  readLabelCsv,
  readMedMnist,
  splitByPatient,
  writeNpz,
} from '@cxr/data';
import { inspectDataset, listDataset, listFromCsv, writeFileAtomic } from '@cxr/data/node';
import { createRng, image, resizePillow } from '@cxr/image';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../test/support/goldens.js';
import { main } from '../src/cli/main.js';
import { findShared } from './support/fixtures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-layouts-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('patientOf', () => {
  it.each([
    ['train/PNEUMONIA/person1_virus_6.jpeg', 'person1'],
    ['person1000_bacteria_2931.jpeg', 'person1000'],
    ['person1_virus_6_1.jpeg', 'person1'],
    ['IM-0001-0001.jpeg', 'IM-0001'],
    ['IM-0505-0001-0002.jpeg', 'IM-0505'],
    ['NORMAL2-IM-0027-0001.jpeg', 'NORMAL2-IM-0027'],
    ['images/00000013_005.png', '00000013'],
    ['CheXpert/train/patient00001/study1/view1_frontal.jpg', 'patient00001'],
    ['BACTERIA-1008087-0001.jpeg', '1008087'],
    ['test/VIRUS-1008087-0002.jpeg', '1008087'],
    ['NORMAL-1049278-0001.jpeg', '1049278'],
    ['person1_bacteria_1.jpeg', 'person1'],
    ['IM-0115-0001.jpeg', 'IM-0115'],
    ['C:\\set\\patient00001\\study1\\view1_frontal.jpg', 'patient00001'],
    ['mimic/files/p10/p10000032/s50414267/02aa804e-bde0afdd-112c0b34-7bc16630-4e384014.jpg', '10000032'],
    ['p1000/s50/a.dcm', '1000'],
    ['stage_2_train_images/0004cfab-14fd-4e49-80ba-63a80b6bddd6.dcm', '0004cfab-14fd-4e49-80ba-63a80b6bddd6'],
    ['CXR1000_IM-0003-1001.png', 'CXR1000'],
    ['CXR1_1_IM-0001-3001.png', 'CXR1'],
    ['images_normalized/1_IM-0001-4001.dcm.png', '1'],
    ['00000001_000.png', '00000001'],
    ['00000001_000_mask.png', '00000001'],
    ['CHNCXR_0001_0.png', 'CHNCXR_0001'],
    ['MCUCXR_0104_1.png', 'MCUCXR_0104'],
    ['masks/CHNCXR_0327_1_mask.png', 'CHNCXR_0327'],
    ['nodule/JPCLN001.png', 'JPCLN001'],
    ['JPCNN093.IMG', 'JPCNN093'],
    ['COVIDx/train/MIDRC-RICORD-1C-419639-000001-46647-0.png', 'MIDRC-RICORD-1C-419639-000001'],
    [
      'images/id_d4fe6ae0-bf6aa7f0-0e4a1c58/Study_93045517.60012368/Series_1.2/image-9.png',
      'id_d4fe6ae0-bf6aa7f0-0e4a1c58',
    ],
    ['216840111366964012819207061112010307142602253_04-014-084.png', undefined],
    ['COVID/COVID-1.png', undefined],
    ['Normal-1.png', undefined],
    ['covid-19-pneumonia-1.jpg', undefined],
    ['000000001_000.png', undefined],
    ['xJPCLN001.png', undefined],
    ['JPCLN0011.png', undefined],
    ['sub-S03047/ses-E06026/sub-S03047_ses-E06026_run-1_bp-chest_cr.png', 'sub-S03047'],
    ['vindr/train/50a418190bc3fb1ef1633bf9678929b3.dicom', undefined],
    ['02aa804e-bde0afdd-112c0b34-7bc16630-4e384014.jpg', undefined],
    ['holiday.jpg', undefined],
  ])('%s is of %s', (path, patient) => {
    expect(patientOf(path)).toBe(patient);
  });
});

describe('splitByPatient', () => {
  const item = fc.record({
    patient: fc.option(fc.integer({ min: 0, max: 9 }).map(String), { nil: undefined }),
    labels: fc.array(fc.constantFrom('a', 'b'), { maxLength: 1 }),
  });
  it('deals each item once, and each patient into one part, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 0, max: 99 }), (items, seed) => {
        const parts = splitByPatient(items, [0.6, 0.3, 0.1], createRng(seed));
        expect(parts.flat()).toHaveLength(items.length);
        expect(new Set(parts.flat())).toEqual(new Set(items));
        const homes = parts.map(
          (part) => new Set(part.map(({ patient }) => patient).filter((p) => p !== undefined)),
        );
        const people = new Set(items.map(({ patient }) => patient).filter((p) => p !== undefined));
        expect(homes.reduce((sum, { size }) => sum + size, 0)).toBe(people.size);
        expect(splitByPatient(items, [0.6, 0.3, 0.1], createRng(seed))).toEqual(parts);
      }),
    );
  });

  it('says whose patient it does not know', () => {
    const items = [{ patient: 'a' }, {}, { patient: 'a' }, { patient: undefined }];
    const warnings: string[] = [];
    const parts = splitByPatient(items, [0.5, 0.5], createRng(1), {
      onWarning: (message) => warnings.push(message),
    });
    expect(parts.unknown).toEqual([items[1], items[3]]);
    expect(warnings).toEqual([expect.stringContaining('the patient of 2 of 4 images is unknown')]);
    const known = splitByPatient(items.slice(0, 1), [1], createRng(1), { onWarning: expect.fail });
    expect(known.unknown).toEqual([]);
  });

  it('takes names that differ only in capitals or zeros for one person', () => {
    const patients = ['00000001', '1', 'P-007', 'p-7', 'p-70', ' 1 ', '10', '0', '000'];
    const items = patients.map((patient) => ({ patient }));
    for (let seed = 0; seed < 20; seed++) {
      const [first] = splitByPatient(items, [0.5, 0.5], createRng(seed));
      const here = patients.map((_, i) => first!.includes(items[i]!));
      expect(here[1]).toBe(here[0]);
      expect(here[5]).toBe(here[0]);
      expect(here[3]).toBe(here[2]);
      expect(here[8]).toBe(here[7]);
    }
    const apart = Array.from({ length: 20 }, (_, seed) => {
      const [first] = splitByPatient(items, [0.5, 0.5], createRng(seed));
      return first!.includes(items[3]!) !== first!.includes(items[4]!);
    });
    expect(apart).toContain(true);
  });

  it('gives each part its share of each class', () => {
    const rng = createRng(3);
    const items = Array.from({ length: 1000 }, (_, i) => ({
      patient: String(i % 400),
      labels: [i % 400 < 300 ? 'sick' : 'well'],
    }));
    const parts = splitByPatient(items, [0.7, 0.2, 0.1], rng);
    for (const [i, share] of [0.7, 0.2, 0.1].entries()) {
      const sick = parts[i]!.filter(({ labels }) => labels[0] === 'sick').length;
      // Patients have two or three images: a part may miss its share by one of them.
      expect(Math.abs(sick - 800 * share)).toBeLessThanOrEqual(20);
      expect(Math.abs(parts[i]!.length - 1000 * share)).toBeLessThanOrEqual(6);
    }
    expect(() => splitByPatient(items, [0.5, 0.6], rng)).toThrow('invalid fractions: [0.5,0.6]');
  });
});

describe('CSV', () => {
  it('reads what any writer of RFC 4180 wrote', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é') });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell), { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        (rows, end) => {
          const text = rows
            .map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))
            .join(end);
          expect(parseCsv(`x,y${end}${text}${end}`)).toEqual(rows.map(([x, y]) => ({ x, y })));
        },
      ),
    );
    expect(() => parseCsv('')).toThrow('empty');
    expect(() => parseCsv('a,b\n1,2,3')).toThrow('row 2');
    expect(() => parseCsv('a,b\n1,"xy')).toThrow('open quote');
  });

  it('understands NIH ChestX-ray14', () => {
    const text =
      'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age\n00000001_000.png,Cardiomegaly|Emphysema,0,1,58\n00000002_000.png,No Finding,0,2,81\n';
    expect(readLabelCsv(text, { root: 'images/' })).toEqual([
      { file: 'images/00000001_000.png', labels: ['Cardiomegaly', 'Emphysema'], patient: '1' },
      { file: 'images/00000002_000.png', labels: ['No Finding'], patient: '2' },
    ]);
  });

  it('understands CheXpert', () => {
    const path = 'CheXpert-v1.0-small/train/patient00002/study2/view1_frontal.jpg';
    const text = `Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Edema,Fracture\n${path},Female,87,Frontal,AP,,-1.0,1.0\n`;
    expect(readLabelCsv(text)).toEqual([
      { file: path, labels: ['Fracture'], uncertain: ['Edema'], patient: 'patient00002' },
    ]);
  });

  it('takes any columns, and names those that are not there', async () => {
    const file = join(folder, 'list.csv');
    await writeFile(file, 'where,what\na.png,sick\n');
    expect(await listFromCsv(file, { path: 'where', label: 'what' })).toEqual([
      { file: join(folder, 'a.png'), labels: ['sick'] },
    ]);
    await expect(listFromCsv(file, { path: 'nowhere' })).rejects.toThrow('invalid column: nowhere');
    await expect(listFromCsv(file)).rejects.toMatchObject({ code: 'corrupt', file });
    await expect(listFromCsv(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('readMedMnist', () => {
  const part = (n: number, shape: number[]) => ({
    data: new Uint8Array([n, ...shape].reduce((a, b) => a * b)),
    shape: [n, ...shape],
    dtype: 'uint8' as const,
  });
  it('reads the parts there are', () => {
    const parts = readMedMnist(
      writeNpz({
        train_images: part(3, [4, 4]),
        train_labels: part(3, [1]),
        test_images: part(2, [4, 4, 3]),
        test_labels: part(2, [14]),
      }),
    );
    expect(Object.keys(parts)).toEqual(['train', 'test']);
    expect(parts.train!.images.shape).toEqual([3, 4, 4, 1]);
    expect(parts.test!.images.shape).toEqual([2, 4, 4, 3]);
    expect(parts.test!.labels.shape).toEqual([2, 14]);
  });

  it('refuses other files', () => {
    for (const arrays of [
      {},
      { train_images: part(3, [4, 4]) },
      { train_images: part(3, [4, 4]), train_labels: part(2, [1]) },
      { train_images: part(3, []), train_labels: part(3, [1]) },
    ]) {
      expect(() => readMedMnist(writeNpz(arrays))).toThrow(expect.objectContaining({ code: 'mismatch' }));
    }
  });
});

describe('contactSheet', () => {
  it('lays images out in squares, proportions kept', () => {
    const white = (height: number, width: number) =>
      image(new Uint8Array(height * width).fill(255), height, width, 1);
    const sheet = contactSheet([white(10, 20), white(20, 10), white(5, 5)], { columns: 2, cell: 8, gap: 1 });
    expect(sheet.shape).toEqual([17, 17, 1]);
    const rows = Array.from({ length: 17 }, (_, y) =>
      [...sheet.data.slice(17 * y, 17 * y + 17)].map((v) => (v ? '#' : '.')).join(''),
    );
    expect(rows[1]).toBe('...........####..');
    expect(rows[4]).toBe('########...####..');
    expect(rows[12]).toBe('########.........');
    expect(() => contactSheet([])).toThrow('invalid images');
    expect(() => contactSheet([white(1, 1)], { cell: 0 })).toThrow('invalid cell: 0');
    expect(() => contactSheet([white(1, 1)], { columns: 0 })).toThrow('invalid columns: 0');
    expect(() => contactSheet([white(1, 1)], { gap: -1 })).toThrow('invalid gap: -1');
    expect(() => contactSheet([white(1, 1)], { background: 256 })).toThrow('invalid background: 256');
  });

  it('leaves images of one size as they are', () => {
    const tile = (value: number) => image(new Uint8Array(4).fill(value), 2, 2, 1);
    const sheet = contactSheet([tile(1), tile(2), tile(3)], { columns: 2, gap: 1, background: 9 });
    expect(sheet.shape).toEqual([5, 5, 1]);
    // biome-ignore format: drawn as it looks
    expect([...sheet.data]).toEqual([
      1, 1, 9, 2, 2,
      1, 1, 9, 2, 2,
      9, 9, 9, 9, 9,
      3, 3, 9, 9, 9,
      3, 3, 9, 9, 9,
    ]);
    expect(contactSheet([image(new Uint8Array(600 * 300), 600, 300, 1)]).shape).toEqual([256, 256, 1]);
  });
});

describe('inspectDataset', () => {
  const root = () => join(folder, 'set/chest_xray');
  beforeAll(async () => {
    const base = phantom({ seed: 1, size: 200 });
    const darker = image(
      base.data.map((value) => value * 0.8),
      200,
      200,
      1,
    );
    const files: Record<string, Uint8Array> = {
      'train/NORMAL/IM-0001-0001.png': encodePng(base),
      'train/NORMAL/IM-0002-0001.png': encodePng(phantom({ seed: 2, size: 150 })),
      'train/PNEUMONIA/person1_virus_1.png': encodePng(phantom({ seed: 3, size: 200, sick: true })),
      'test/NORMAL/IM-0003-0001.png': encodePng(base),
      'test/NORMAL/IM-0001-0002.png': encodePng(resizePillow(darker, 160, 160)),
      'test/PNEUMONIA/person2_bacteria_1.png': new TextEncoder().encode('text'),
    };
    for (const [name, content] of Object.entries(files)) await writeFileAtomic(join(root(), name), content);
  });

  it('finds classes, persons in two parts, duplicates and bad files', async () => {
    const items = await listDataset(join(folder, 'set'));
    expect(items[0]).toEqual({
      file: join(root(), 'test/NORMAL/IM-0001-0002.png'),
      labels: ['NORMAL'],
      part: 'test',
      patient: 'IM-0001',
    });
    const report = await inspectDataset(items, { workers: 0 });
    expect(report).toMatchObject({
      images: 6,
      classes: [
        { part: 'test', label: 'NORMAL', images: 2, patients: 2, unknownPatients: 0 },
        { part: 'test', label: 'PNEUMONIA', images: 1, patients: 1 },
        { part: 'train', label: 'NORMAL', images: 2, patients: 2 },
        { part: 'train', label: 'PNEUMONIA', images: 1, patients: 1 },
      ],
      width: { min: 150, median: 200, max: 200 },
      kinds: { 'grey 8': 5 },
      patientsAcrossParts: ['IM-0001'],
    });
    const narrow = items.filter(({ patient }) => patient === 'IM-0001' || patient === 'IM-0002').slice(1);
    expect((await inspectDataset(narrow, { workers: 0 })).width).toEqual({ min: 150, median: 175, max: 200 });
    const paths = (...names: string[]) => names.map((name) => join(root(), name));
    expect(report.exactDuplicates).toEqual([
      {
        files: paths('test/NORMAL/IM-0003-0001.png', 'train/NORMAL/IM-0001-0001.png'),
        acrossParts: true,
        acrossLabels: false,
      },
    ]);
    expect(report.nearDuplicates).toEqual([
      {
        files: paths('test/NORMAL/IM-0001-0002.png', 'test/NORMAL/IM-0003-0001.png'),
        acrossParts: false,
        acrossLabels: false,
      },
    ]);
    expect(report.unreadable).toEqual([
      {
        file: paths('test/PNEUMONIA/person2_bacteria_1.png')[0],
        code: 'unsupported',
        reason: 'not an image of a known format',
      },
    ]);
    expect(await inspectDataset(items, { workers: 2 })).toEqual(report);
  });

  it('counts a person once, however the name is written', async () => {
    const items: DatasetItem[] = [
      { file: 'a', labels: [], part: 'train', patient: '00000001' },
      { file: 'b', labels: [], part: 'test', patient: '1' },
      { file: 'c', labels: [], part: 'test', patient: '01' },
      { file: 'd', labels: [], part: 'test', patient: 'x' },
    ];
    const report = await inspectDataset(items, { workers: 0 });
    expect(report.patientsAcrossParts).toEqual(['00000001']);
    expect(report.classes.map(({ part, patients }) => [part, patients])).toEqual([
      ['test', 2],
      ['train', 1],
    ]);
  });

  it('is what cxr-data inspect prints, with a sheet', async () => {
    const results: string[] = [];
    const output = { result: (line: string) => results.push(line), note() {}, progress() {} };
    const sheet = join(folder, 'sheet.png');
    expect(await main(['inspect', join(folder, 'set'), '--sheet', sheet, '--workers', '0'], output)).toBe(0);
    const text = results.join('\n');
    expect(text).toContain('train / NORMAL: 2 (33.3 %), 2 patients');
    expect(text).toContain('groups of exact duplicates: 1');
    expect(text).toContain('[in two parts]');
    expect((await decodeImage(await readFile(sheet))).shape[2]).toBe(1);
  });

  it('says before it reads that the sheet cannot be written, and prints the report where that comes out later', async () => {
    const results: string[] = [];
    const notes: string[] = [];
    const [taken, late] = [join(folder, 'set'), join(folder, 'late.png')];
    const output = {
      result: (line: string) => results.push(line),
      note: (line: string) => notes.push(line),
      progress: () => mkdirSync(late, { recursive: true }),
    };
    expect(await main(['inspect', taken, '--sheet', taken, '--workers', '0'], output)).toBe(1);
    expect(results).toEqual([]);
    expect(notes).toEqual([`cxr-data: ${taken}: cannot write it: a folder, not a file`]);
    expect(await main(['inspect', taken, '--sheet', late, '--workers', '0'], output)).toBeGreaterThan(0);
    expect(results[0]).toBe('images       6');
    expect(notes.at(-1)).toContain(`${late}: a folder, not a file`);
  });

  it('does not end well where files of a table are missing, and says so', async () => {
    const results: string[] = [];
    const notes: string[] = [];
    const output = {
      result: (line: string) => results.push(line),
      note: (line: string) => notes.push(line),
      progress() {},
    };
    const csv = join(folder, 'gone.csv');
    await writeFile(csv, 'path,label\nnone.png,x\nneither.png,y\n');
    expect(await main(['inspect', csv, '--sheet', join(folder, 'none.png'), '--workers', '0'], output)).toBe(
      2,
    );
    expect(results.join('\n')).toContain('warning: 2 of 2 files are missing');
    expect(notes.join('\n')).toContain(`${csv}: 2 of 2 files are missing`);
    expect(notes.join('\n')).toContain('none.png is not written');
  });

  it('reads a table as its flags say', async () => {
    const root = join(folder, 'tabled');
    const file = encodePng(phantom({ seed: 4, size: 40 }));
    for (const name of ['a.png', 'b.png']) await writeFileAtomic(join(root, name), file);
    const csv = join(folder, 'tables/odd.csv');
    const rows = ['who,where,what,path,label', 'ann,a.png,x,none.png,wrong', 'ann,b.png,y,none.png,wrong'];
    await writeFileAtomic(csv, rows.join('\n'));
    const run = async (...args: string[]) => {
      const lines: string[] = [];
      const output = {
        result: (line: string) => lines.push(line),
        note: (line: string) => lines.push(line),
        progress() {},
      };
      return { status: await main(['inspect', ...args, '--workers', '0'], output), text: lines.join('\n') };
    };
    const columns = ['--path', 'where', '--label', 'what', '--patient', 'who'];
    const { status, text } = await run(csv, '--root', root, ...columns, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(text)).toMatchObject({
      images: 2,
      classes: [
        { label: 'x', images: 1, patients: 1 },
        { label: 'y', images: 1, patients: 1 },
      ],
      exactDuplicates: [{ files: [join(root, 'a.png'), join(root, 'b.png')], acrossLabels: true }],
    });
    // Without a root, paths start at the table.
    expect((await run(csv, ...columns)).text).toContain('2 of 2 files are missing');
    for (const flag of ['path', 'label', 'patient']) {
      expect(await run(csv, '--root', root, ...columns, `--${flag}`, 'gone')).toEqual({
        status: 2,
        text: 'cxr-data: invalid column: gone (who, where, what, path, label)',
      });
    }
    for (const flag of ['root', 'path', 'label', 'patient']) {
      expect(await run(root, `--${flag}`, 'x')).toEqual({
        status: 2,
        text: `cxr-data: --${flag} is for CSV files, and ${root} is not one`,
      });
    }
  });

  const shared = findShared();
  it.skipIf(!shared)('finds the 30 groups of equal images among real X-rays', async () => {
    const items = await listDataset(join(shared!, 'chest_xray_224'));
    expect(items).toHaveLength(5840);
    const byContent = new Map<string, DatasetItem[]>();
    for (const item of items) {
      const key = sha256(readFileSync(item.file));
      byContent.set(key, [...(byContent.get(key) ?? []), item]);
    }
    const groups = [...byContent.values()].filter(({ length }) => length > 1);
    expect(groups).toHaveLength(30);
    // These among others; all 5840 take longer than a test should.
    const some = [...groups.flat(), ...items.filter((_, i) => i % 50 === 0)];
    const { exactDuplicates, unreadable } = await inspectDataset([...new Set(some)]);
    expect(unreadable).toEqual([]);
    const names = (files: string[][]) => files.map((group) => group.sort().join(' ')).sort();
    expect(names(exactDuplicates.map(({ files }) => files))).toEqual(
      names(groups.map((group) => group.map(({ file }) => file))),
    );
  });
});
