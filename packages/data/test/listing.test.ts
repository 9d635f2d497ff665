import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import {
  inspectDataset,
  listClassFolders,
  listDataset,
  listFromCsv,
  listImages,
  readImage,
  readImages,
  unpackZip,
  writeFileAtomic,
} from '@cxr/data/node';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-listing-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PNG = encodePng(phantom({ seed: 1, size: 16 }));

async function make(root: string, ...names: string[]): Promise<string> {
  for (const name of names) await writeFileAtomic(join(folder, root, name), PNG);
  return join(folder, root);
}

/** The beginning of an explicit little-endian DICOM file, up to the patient. */
function dicom(patient: string): Uint8Array {
  const element = (group: number, number: number, vr: string, value: string): Buffer => {
    const text = Buffer.from(value.length % 2 ? `${value} ` : value, 'latin1');
    const head = Buffer.alloc(8);
    head.writeUInt16LE(group, 0);
    head.writeUInt16LE(number, 2);
    head.write(vr, 4, 'latin1');
    head.writeUInt16LE(text.length, 6);
    return Buffer.concat([head, text]);
  };
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(2, 0x10, 'UI', '1.2.840.10008.1.2.1\0'.slice(0, 20)),
    element(8, 0x60, 'CS', 'DX'),
    element(0x10, 0x20, 'LO', patient),
    element(0x18, 0x15, 'CS', 'CHEST'),
  ]);
}

describe('listImages', () => {
  it('takes every name of JPEG, and DICOM with and without an extension', async () => {
    const root = await make('names', 'a.jfif', 'b.JPE', 'c.png', 'notes', 'DICOMDIR', 'readme.txt');
    await writeFile(join(root, 'd.dcm'), dicom('1'));
    await writeFile(join(root, 'IM000001'), dicom('1'));
    await writeFile(join(root, '1.2.840.113619.2'), dicom('1'));
    await writeFile(join(root, 'DICOMDIR'), dicom('1'));
    const names = (files: string[]) => files.map((file) => file.slice(root.length + 1));
    expect(names(await listImages(root))).toEqual([
      '1.2.840.113619.2',
      'IM000001',
      'a.jfif',
      'b.JPE',
      'c.png',
      'd.dcm',
    ]);
    expect(names(await listImages(root, { dicom: false }))).toEqual(['a.jfif', 'b.JPE', 'c.png']);
  });

  it('leaves out the contact sheet of cxr-augment, and no other file of its name', async () => {
    const root = await make('augmented', 'a_1.png', 'contact-sheet.png', 'NORMAL/contact-sheet.png');
    const all = ['NORMAL/contact-sheet.png', 'a_1.png', 'contact-sheet.png'];
    expect(await listImages(root, { recursive: true })).toEqual(all.map((name) => join(root, name)));
    await writeFileAtomic(join(root, 'augment.json'), Buffer.from('{}'));
    expect(await listImages(root, { recursive: true })).toEqual(
      all.slice(0, 2).map((name) => join(root, name)),
    );
    for (const base of ['', 'out/']) {
      const names = [...all, 'augment.json'].map((name) => `${base}${name}`);
      const zip = join(folder, 'augmented.zip');
      await writeFileAtomic(zip, zipSync(Object.fromEntries(names.map((name) => [name, PNG]))));
      expect(await listImages(zip, { recursive: true })).toEqual(
        names.slice(0, 2).map((name) => `${zip}!${name}`),
      );
    }
  });

  it('follows links to folders, each once, and is not caught in a ring', async () => {
    const root = await make('links/set', 'NORMAL/a.png');
    const elsewhere = await make('links/elsewhere', 'b.png', 'deep/c.png');
    await symlink(elsewhere, join(root, 'PNEUMONIA'));
    for (const [target, name] of [
      ['..', 'NORMAL/up'],
      ['.', 'self'],
      ['NORMAL', 'AGAIN'],
      ['/', 'everything'],
      [folder, 'above'],
      ['nowhere', 'dangling'],
    ] as const)
      await symlink(target, join(root, name));
    await symlink(root, join(elsewhere, 'deep/back'));
    expect(await listImages(root, { recursive: true })).toEqual([
      join(root, 'NORMAL/a.png'),
      join(root, 'PNEUMONIA/b.png'),
      join(root, 'PNEUMONIA/deep/c.png'),
    ]);
  });

  it('lists linked class folders', async () => {
    const root = await make('classes/set', 'NORMAL/a.png');
    await symlink(await make('classes/other', 'b.png'), join(root, 'PNEUMONIA'));
    await writeFileAtomic(join(root, 'SCANS/IM1'), dicom('1'));
    expect(await listClassFolders(root)).toEqual([
      { name: 'NORMAL', files: [join(root, 'NORMAL/a.png')] },
      { name: 'PNEUMONIA', files: [join(root, 'PNEUMONIA/b.png')] },
      { name: 'SCANS', files: [join(root, 'SCANS/IM1')] },
    ]);
  });
});

// Other systems refuse such names.
describe.skipIf(process.platform !== 'linux')('names that are not UTF-8', () => {
  it('are refused as such, of files and of folders', async () => {
    const raw = (name: string) => Buffer.concat([Buffer.from(`${top}/`), Buffer.from(name, 'latin1')]);
    const top = join(folder, 'latin');
    await mkdir(top);
    await writeFile(raw('bad\xff.png'), encodePng(phantom({ seed: 1, size: 16 })));
    const [file] = await listImages(top);
    const why = 'its name is not UTF-8, so it cannot be opened: rename it';
    await expect(readImage(file!)).rejects.toMatchObject({ code: 'unreadable', reason: why, file });
    await mkdir(raw('NORM\xc4L'));
    expect(await listImages(top)).toEqual([file]);
    await expect(listImages(top, { recursive: true })).rejects.toMatchObject({
      code: 'unreadable',
      reason: why,
    });
    await expect(listClassFolders(top)).rejects.toMatchObject({ code: 'unreadable', reason: why });
  });
});

describe('what is no file of bounded size', () => {
  it('is refused at once, by name', async () => {
    const root = await make('odd', 'good.png');
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    await symlink('pipe.png', join(root, 'pipe-link.png'));
    await symlink('/dev/zero', join(root, 'device.png'));
    await symlink('/proc/kmsg', join(root, 'messages.png'));
    await writeFile(join(root, 'sparse.png'), '');
    await truncate(join(root, 'sparse.png'), 2 ** 31);
    await symlink('sparse.png', join(root, 'sparse-link.png'));
    await symlink('nowhere.png', join(root, 'dangling.png'));
    await mkdir(join(root, 'folder'));
    const start = performance.now();
    const bad: Record<string, string> = {};
    const files = await listImages(root);
    expect(files).toHaveLength(8);
    for await (const _ of readImages(files, {
      skipBad: true,
      onBad: ({ file = '', code }) => {
        bad[file.slice(root.length + 1)] = code;
      },
    }));
    expect(bad).toEqual({
      'dangling.png': 'not-found',
      'device.png': 'not-a-file',
      'messages.png': expect.stringMatching(/empty|unreadable/),
      'pipe-link.png': 'not-a-file',
      'pipe.png': 'not-a-file',
      'sparse-link.png': 'too-large',
      'sparse.png': 'too-large',
    });
    const items = files.map((file) => ({ file, labels: [] }));
    const report = await inspectDataset(items, { workers: 1 });
    expect(report.unreadable.map(({ file, code }) => [file.slice(root.length + 1), code])).toEqual(
      Object.entries(bad),
    );
    await expect(readImage(join(root, 'good.png'), { maxPixels: 1 })).rejects.toMatchObject({
      code: 'too-large',
    });
    await expect(listFromCsv(join(root, 'pipe.png'))).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(unpackZip(join(root, 'pipe.png'), join(root, 'out'))).rejects.toMatchObject({
      code: 'not-a-file',
    });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('patients', () => {
  it('come from DICOM files themselves, also where they are long or end early', async () => {
    const root = join(folder, 'dicoms');
    await writeFileAtomic(join(root, 'NORMAL/a.dcm'), dicom('P-17'));
    await writeFileAtomic(join(root, 'NORMAL/person9_virus_1.dcm'), dicom('P-18'));
    await writeFileAtomic(join(root, 'NORMAL/person9_virus_2.dcm'), dicom('ANONYMOUS'));
    await writeFileAtomic(join(root, 'NORMAL/IM01'), dicom('P-17'));
    await writeFileAtomic(join(root, 'NORMAL/text.dcm'), Buffer.from('text'));
    // The patient after more than what is read at first.
    const long = Buffer.from(dicom('P-19'));
    const at = long.indexOf('DX') - 8;
    const filler = Buffer.alloc(12 + 100_000);
    filler.writeUInt16LE(8, 0);
    filler.writeUInt16LE(1, 2);
    filler.write('OB', 4, 'latin1');
    filler.writeUInt32LE(100_000, 8);
    await writeFileAtomic(
      join(root, 'NORMAL/z.dcm'),
      Buffer.concat([long.subarray(0, at), filler, long.subarray(at)]),
    );
    const patients = (await listDataset(root)).map(({ file, patient }) => [
      file.slice(root.length + 8),
      patient,
    ]);
    expect(patients).toEqual([
      ['IM01', 'P-17'],
      ['a.dcm', 'P-17'],
      ['person9_virus_1.dcm', 'P-18'],
      ['person9_virus_2.dcm', 'person9'],
      ['text.dcm', undefined],
      ['z.dcm', 'P-19'],
    ]);
    const csv = join(root, 'list.csv');
    await writeFile(csv, 'file,label\nNORMAL/a.dcm,x\nNORMAL/text.dcm,y\n');
    expect((await listFromCsv(csv)).map(({ patient }) => patient)).toEqual(['P-17', undefined]);
  });

  it('are not taken for classes', async () => {
    const chexpert = await make('cx', 'train/patient00001/study1/view1_frontal.jpg');
    expect(await listDataset(chexpert)).toMatchObject([
      { labels: [], part: 'train', patient: 'patient00001' },
    ]);
    const mimic = await make('mimic', 'files/p10/p10000032/s50414267/a.jpg');
    expect(await listDataset(mimic)).toMatchObject([{ labels: [], patient: '10000032' }]);
  });

  it('are counted where nobody knows them', async () => {
    const root = await make('unknown', 'NORMAL/a.png', 'NORMAL/IM-0001-0001.png', 'SICK/b.png');
    const report = await inspectDataset(await listDataset(root), { workers: 0 });
    expect(report.unknownPatients).toBe(2);
    expect(report.classes.map(({ patients, unknownPatients }) => [patients, unknownPatients])).toEqual([
      [1, 1],
      [0, 1],
    ]);
    expect(report.warnings).toEqual([expect.stringContaining('the patient of 2 of 3 images is unknown')]);
  });
});

describe('listFromCsv', () => {
  const list = async (root: string, csv: string, text: string | Uint8Array) => {
    await writeFile(join(root, csv), text);
    return listFromCsv(join(root, csv));
  };

  it('keeps absolute paths', async () => {
    const root = await make('absolute', 'a.png');
    const other = await make('absolute-other', 'b.png');
    const items = await list(
      root,
      'x.csv',
      `path,label\n${join(other, 'b.png')},x\na.png,y\n/none/a.png,z\n`,
    );
    expect(items.map(({ file }) => file)).toEqual([join(other, 'b.png'), join(root, 'a.png'), '/none/a.png']);
  });

  it("finds CheXpert's files, whatever its folder is called", async () => {
    const name = 'train/patient00001/study1/view1_frontal.jpg';
    const text = `Path,Sex,No Finding,Edema\nCheXpert-v1.0-small/${name},Female,,1.0\n`;
    for (const called of ['CheXpert-v1.0-small', 'renamed']) {
      const root = await make(called, name);
      expect(await list(root, 'train.csv', text)).toEqual([
        { file: join(root, name), labels: ['Edema'], patient: 'patient00001' },
      ]);
    }
    const above = await make('above', `CheXpert-v1.0-small/${name}`);
    expect(await list(above, 'train.csv', text)).toMatchObject([
      { file: join(above, 'CheXpert-v1.0-small', name) },
    ]);
  });

  it('finds Windows paths', async () => {
    const root = await make('windows', 'NORMAL/p0.png');
    await writeFile(join(root, 'labels.tsv'), 'path\tlabel\nNORMAL\\p0.png\tx\n');
    const items = await listFromCsv(join(root, 'labels.tsv'));
    expect(items.map(({ file }) => file)).toEqual([join(root, 'NORMAL/p0.png')]);
  });

  it('finds files by their name alone, in folders and with other extensions', async () => {
    const uuid = '0004cfab-14fd-4e49-80ba-63a80b6bddd6';
    const dicomId = '02aa804e-bde0afdd-112c0b34-7bc16630-4e384014';
    const root = await make(
      'by-name',
      'images_001/images/00000001_000.png',
      `stage_2_train_images/${uuid}.dcm`,
      'train/50a418190bc3fb1ef1633bf9678929b3.png',
      '0/2168_04-014-084.png',
      `files/p10/p10000032/s50414267/${dicomId}.png`,
      'twice/1/same.png',
      'twice/2/same.png',
    );
    const at = (name: string) => join(root, name);
    expect(
      await list(root, 'nih.csv', 'Image Index,Finding Labels,Patient ID\n00000001_000.png,Edema|Mass,1\n'),
    ).toEqual([{ file: at('images_001/images/00000001_000.png'), labels: ['Edema', 'Mass'], patient: '1' }]);
    const rsna = `patientId,x,y,width,height,Target\n${uuid},1,2,3,4,1\n${uuid},5,6,7,8,1\n`;
    expect(await list(root, 'rsna.csv', rsna)).toEqual([
      { file: at(`stage_2_train_images/${uuid}.dcm`), labels: ['1'], patient: uuid },
    ]);
    const vindr =
      'image_id,class_name,class_id,rad_id\n50a418190bc3fb1ef1633bf9678929b3,Nodule,8,R1\n50a418190bc3fb1ef1633bf9678929b3,Cardiomegaly,3,R2\n';
    expect(await list(root, 'vindr.csv', vindr)).toEqual([
      { file: at('train/50a418190bc3fb1ef1633bf9678929b3.png'), labels: ['Nodule', 'Cardiomegaly'] },
    ]);
    const padchest = `,ImageID,ImageDir,StudyID,PatientID,Labels\n0,2168_04-014-084.png,0,2168,8398,"['pneumonia', ' normal']"\n`;
    expect(await list(root, 'padchest.csv', padchest)).toEqual([
      { file: at('0/2168_04-014-084.png'), labels: ['pneumonia', 'normal'], patient: '8398' },
    ]);
    const mimic = `dicom_id,subject_id,study_id,split\n${dicomId},10000032,50414267,train\n`;
    const scan = { file: at(`files/p10/p10000032/s50414267/${dicomId}.png`), patient: '10000032' };
    expect(await list(root, 'mimic.csv', mimic)).toEqual([{ ...scan, labels: [], part: 'train' }]);
    const studies = 'subject_id,study_id,Edema,Fracture,No Finding\n10000032,50414267,1.0,-1.0,\n';
    expect(await list(root, 'chexpert.csv', studies)).toEqual([
      { ...scan, labels: ['Edema'], uncertain: ['Fracture'] },
    ]);
    const ids = 'id,label\n50a418190bc3fb1ef1633bf9678929b3,Nodule\n';
    expect(await list(root, 'ids.csv', ids)).toEqual([
      { file: at('train/50a418190bc3fb1ef1633bf9678929b3.png'), labels: ['Nodule'] },
    ]);
    // Two files fit: neither is taken.
    expect(await list(root, 'same.csv', 'image,label\nsame.png,x\n')).toMatchObject([
      { file: at('same.png') },
    ]);
  });

  it('reads the encodings that spreadsheets write', async () => {
    const root = await make('encodings', 'ä.png');
    const text = 'Datei;image;label\n1;ä.png;krank\n';
    for (const [name, bytes] of [
      ['bom', Buffer.from(`\ufeff${text}`)],
      ['utf16', Buffer.from(`\ufeff${text}`, 'utf16le')],
      ['latin', Buffer.from(text, 'latin1')],
      ['crlf', Buffer.from(`sep=;\r\n${text.replaceAll('\n', '\r\n')}`)],
    ] as const)
      expect(await list(root, `${name}.csv`, bytes)).toEqual([
        { file: join(root, 'ä.png'), labels: ['krank'] },
      ]);
  });

  it('says which files are missing', async () => {
    const root = await make('missing', 'a.png', 'other/c.png');
    const items = await list(root, 'x.csv', 'path,label\na.png,x\nb.png,x\nsub/c.png,x\n');
    const report = await inspectDataset(items, { workers: 0 });
    expect(report.missing).toEqual([join(root, 'b.png'), join(root, 'sub/c.png')]);
    expect(report.warnings).toContain('2 of 3 files are missing');
    await rename(join(root, 'a.png'), join(root, 'b.png'));
    expect((await inspectDataset(items, { workers: 0 })).missing).toHaveLength(2);
  });
});
