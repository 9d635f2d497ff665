import { parseCsv, patientOf, readLabelCsv } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';

describe('parseCsv', () => {
  const goldens = readJsonLines<{ text: string; rows: Record<string, string>[] | null }>('data/csv.jsonl');
  it(`reads ${goldens.length} files as pandas does`, () => {
    for (const { text, rows } of goldens) {
      if (rows) expect(parseCsv(text), JSON.stringify(text)).toEqual(rows);
      else expect(() => parseCsv(text), JSON.stringify(text)).toThrow('open quote');
    }
  });

  it('takes separators at the end of rows, and a line that names the separator', () => {
    expect(parseCsv('a,b\n1,2,\n3,4,,\n')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
    expect(parseCsv('\ufeffsep=;\r\na;b\r\n1,5;2\r\n')).toEqual([{ a: '1,5', b: '2' }]);
  });

  it('refuses tables too large to hold, at once', () => {
    const start = performance.now();
    const tooLarge = expect.objectContaining({ code: 'too-large' });
    expect(() => parseCsv(`${','.repeat(84_000)}\n${'a\n'.repeat(42_000)}`)).toThrow(tooLarge);
    expect(() => parseCsv(`${','.repeat(1500)}\n${'a\n'.repeat(42_000)}`)).toThrow(tooLarge);
    expect(() => readLabelCsv(`path${','.repeat(1500)}\n${'a\n'.repeat(42_000)}`)).toThrow(tooLarge);
    expect(() => readLabelCsv(`path\n${'"'.repeat(1_000_001)}`)).toThrow('open quote');
    expect(performance.now() - start).toBeLessThan(2000);
    expect(readLabelCsv(`path${',x'.repeat(1500)}\n${'a\n'.repeat(1000)}`)).toHaveLength(1);
  });
});

describe('readLabelCsv', () => {
  const labels = (text: string) => readLabelCsv(text).map((item) => item.labels);

  it('takes what pandas takes for missing as nothing said', () => {
    expect(
      readLabelCsv('path,Edema,Mass,Patient\na,nan,True,p1\nb,FALSE,1.0,NaN\nc,-1.0,,None\nd,N/A,0.0,p2\n'),
    ).toEqual([
      { file: 'a', labels: ['Mass'], patient: 'p1' },
      { file: 'b', labels: ['Mass'] },
      { file: 'c', labels: [], uncertain: ['Edema'] },
      { file: 'd', labels: [], patient: 'p2' },
    ]);
    expect(labels('image,label\na.png,nan\nb.png\nc.png,sick\n')).toEqual([[], [], ['sick']]);
  });

  it('takes no finding for a number because its name ends in id', () => {
    const text =
      'path,COVID,Fluid,Sarcoid,patientID,studyId,Study ID\na.png,1,0,-1,1,0,1\nb.png,0,1,1,0,1,0\n';
    expect(readLabelCsv(text)).toEqual([
      { file: 'a.png', labels: ['COVID'], uncertain: ['Sarcoid'], patient: '1' },
      { file: 'b.png', labels: ['Fluid', 'Sarcoid'], patient: '0' },
    ]);
  });

  it('knows the paths of CoronaHack, and VinDr-CXR’s in any case', () => {
    const files = (text: string) => readLabelCsv(text).map(({ file }) => file);
    expect(files('X_ray_image_name,Label,Dataset_type\na.jpeg,Normal,TRAIN\n')).toEqual(['a.jpeg']);
    expect(files('Image_ID,class_name\np0,Mass\n')).toEqual(['p0.dicom']);
  });

  it('reads one person from names that differ in case', () => {
    for (const path of ['Person1_Bacteria_1.JPEG', 'person1_virus_2.jpeg'])
      expect(patientOf(path)).toBe('person1');
    expect(patientOf('PATIENT12/IMG1.PNG')).toBe('patient12');
    expect(patientOf('patient12/study1/view1_frontal.jpg')).toBe('patient12');
  });

  it('reads lists of labels', () => {
    const list = (cell: string) => labels(`image;label\na.png;"${cell.replaceAll('"', '""')}"\n`)[0];
    expect(list("['pneumonia', 'normal']")).toEqual(['pneumonia', 'normal']);
    expect(list('["heart\'s shadow", " a "]')).toEqual(["heart's shadow", 'a']);
    expect(list("['a' 'b']")).toEqual(['a', 'b']);
    expect(list("['don\\'t, know']")).toEqual(["don't, know"]);
    expect(list('[pneumonia, normal]')).toEqual(['pneumonia', 'normal']);
    expect(list('[]')).toEqual([]);
    expect(list('a | b|a')).toEqual(['a', 'b']);
  });

  it('knows the columns of the public sets', () => {
    expect(readLabelCsv('patientId,Target\nabc,0\n')).toEqual([
      { file: 'abc.dcm', labels: ['0'], patient: 'abc' },
    ]);
    expect(readLabelCsv('image_id,class_name\nabc,No finding\n', { root: '/v' })).toEqual([
      { file: '/v/abc.dicom', labels: ['No finding'] },
    ]);
    expect(readLabelCsv('subject_id,study_id,dicom_id\n10000032,50414267,ab\n')).toEqual([
      { file: 'files/p10/p10000032/s50414267/ab.jpg', labels: [], patient: '10000032' },
    ]);
    expect(readLabelCsv('ImageID,PatientID,Labels\na.png,7,"[\'normal\']"\n')).toEqual([
      { file: 'a.png', labels: ['normal'], patient: '7' },
    ]);
    expect(readLabelCsv('Id,label\n0004cfab,1\n')).toEqual([{ file: '0004cfab', labels: ['1'] }]);
    // Only where there is nothing better.
    expect(readLabelCsv('id,image,label\n1,a.png,x\n')).toEqual([{ file: 'a.png', labels: ['x'] }]);
  });

  it.each([
    [
      'path,label,label\na.png,x,y\n',
      '2 columns for the label: label, label.1 (say which by the option label)',
    ],
    ['path,Label,label\na.png,x,y\n', '2 columns for the label: Label, label'],
    ['image,Image,label\na.png,b.png,y\n', '2 columns for the path: image, Image'],
    ['path,label,Patient ID,patient_id\na.png,x,1,2\n', '2 columns for the patient: Patient ID, patient_id'],
    ['path,label,split,Split\na.png,x,train,test\n', '2 columns for the part: split, Split (rename one)'],
    ['path,Edema,Mass,Edema\na.png,1,0,0\n', 'several columns of the finding Edema (rename one)'],
  ])('refuses columns of which one would be lost: %j', (text, message) => {
    expect(() => readLabelCsv(text)).toThrow(expect.objectContaining({ code: 'corrupt' }));
    expect(() => readLabelCsv(text)).toThrow(message);
  });

  it('reads the column of two that an option names, and leaves others of one name alone', () => {
    const text = 'path,note,label,label,note,,\na.png,1,x,y,2,1,0\n';
    expect(readLabelCsv(text, { label: 'label' })).toEqual([{ file: 'a.png', labels: ['x'] }]);
    expect(readLabelCsv(text, { label: 'label.1' })).toEqual([{ file: 'a.png', labels: ['y'] }]);
    // Columns without a name, such as pandas's index, are no findings.
    expect(readLabelCsv('path,,\na.png,1,0\n')).toEqual([{ file: 'a.png', labels: [] }]);
  });

  it('puts the root before relative paths only', () => {
    const files = ['/x/a.png', 'C:\\x\\a.png', 'a.png', './a.png', 'https://x/a.png'];
    expect(readLabelCsv(`path\n${files.join('\n')}\n`, { root: '/r/' }).map(({ file }) => file)).toEqual([
      '/x/a.png',
      'C:\\x\\a.png',
      '/r/a.png',
      'https://x/a.png',
    ]);
  });
});
