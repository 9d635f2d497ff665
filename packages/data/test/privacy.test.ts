import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, encodePng, findPersonalData, lettersInCorners, phantom } from '@cxr/data';
import { inspectDataset } from '@cxr/data/node';
import { dimensions, type IntegerImage, image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { main } from '../src/cli/main.js';
import { failure } from './support/failure.js';

interface Row {
  name: string;
  file: string;
  tags: string[];
  privateElements: number;
  burnedIn: boolean | null;
  identityRemoved: boolean;
}

interface Letters {
  text: string;
  size: number;
  png: string;
}

const rows = readJsonLines<Row>('data/personal.jsonl');
const letters = readJsonLines<Letters>('data/letters.jsonl');
const bytesOf = ({ file }: { file: string }) => new Uint8Array(Buffer.from(file, 'base64'));

describe('findPersonalData', () => {
  it.each(rows)('$name, as pydicom', ({ name, tags, privateElements, burnedIn, identityRemoved, ...row }) => {
    const overlays = name.startsWith('private');
    expect(findPersonalData(bytesOf(row))).toEqual({
      tags,
      privateElements,
      burnedIn: burnedIn ?? undefined,
      identityRemoved,
      overlays,
    });
  });

  it('steps over the pixels of an icon, and refuses what is cut off', async () => {
    const whole = bytesOf(rows[0]!);
    const pixels = Buffer.from(whole).lastIndexOf(Buffer.from([0xe0, 0x7f, 0x10, 0]));
    // An icon's compressed pixels, whose bytes look like elements; then a name.
    const icon = Buffer.from(
      [
        '8800000253510000ffffffff',
        'feff00e0ffffffff',
        'e07f10004f420000ffffffff',
        'feff00e000000000',
        'feff00e00800000010001000504e0200',
        'feffdde000000000',
        'feff0de000000000',
        'feffdde000000000',
      ].join(''),
      'hex',
    );
    const file = new Uint8Array(Buffer.concat([whole.subarray(0, pixels), icon, whole.subarray(pixels)]));
    expect(findPersonalData(file).tags).toEqual(rows[0]!.tags);
    expect(await failure(() => findPersonalData(whole.subarray(0, 700)))).toMatch(/^truncated /);
    expect(await failure(() => findPersonalData(new Uint8Array(200)))).toMatch(/^unsupported /);
  });
});

const drawn = phantom({ seed: 2, size: 400 });
/** A copy of one phantom. */
const xray = () => image(drawn.data.slice() as Uint8Array, 400, 400, 1);

/** Burns a text into a corner. */
async function burnt(
  target: IntegerImage,
  { png }: Letters,
  corner: string,
  level = 250,
): Promise<IntegerImage> {
  const text = await decodeImage(Buffer.from(png, 'base64'));
  const [height, width] = dimensions(text);
  const [rows, columns] = dimensions(target);
  const left = corner.endsWith('left') ? 6 : columns - width - 6;
  const top = corner.startsWith('top') ? 6 : rows - height - 6;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (text.data[y * width + x]) target.data[(top + y) * columns + left + x] = level;
    }
  }
  return target;
}

describe('lettersInCorners', () => {
  const lines = letters.filter(({ text, size }) => text.length > 3 && size <= 16);
  it.each(lines)('finds $text of $size pixels, and in no other corner', async (row) => {
    for (const corner of ['top left', 'top right', 'bottom left', 'bottom right']) {
      expect(lettersInCorners(await burnt(xray(), row, corner))).toEqual([corner]);
    }
  });

  it('finds black letters on white, and in one twice as large as is looked at', async () => {
    const white = image(new Uint8Array(512 * 512).fill(240), 512, 512, 1);
    expect(lettersInCorners(await burnt(white, lines[0]!, 'top left', 10))).toEqual(['top left']);
    const row = letters.find(({ text, size }) => text === 'SMITH^JOHN' && size === 24)!;
    const large = await burnt(image(new Uint8Array(2500 * 2400), 2500, 2400, 1), row, 'bottom right');
    expect(lettersInCorners(large)).toEqual(['bottom right']);
  });

  it('takes neither the marker of a side nor an X-ray for text', async () => {
    for (const row of letters.filter(({ text }) => text.length < 3)) {
      expect(lettersInCorners(await burnt(xray(), row, 'top left'))).toEqual([]);
    }
    for (let seed = 0; seed < 12; seed++) {
      expect(lettersInCorners(phantom({ seed, size: 256, sick: seed % 2 === 1 }))).toEqual([]);
    }
  });

  it('is quick on noise and on stripes', () => {
    const large = image(new Uint8Array(4000 * 4000), 4000, 4000, 1);
    for (const make of [
      (i: number) => (Math.imul(i, 2654435761) >>> 24) & 255,
      (i: number) => (i % 3) * 100,
    ]) {
      for (let i = 0; i < large.data.length; i++) large.data[i] = make(i);
      const start = performance.now();
      lettersInCorners(large);
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});

describe('inspect', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cxr-privacy-'));
    for (const [i, row] of rows.entries()) await writeFile(join(folder, `${i}.dcm`), bytesOf(row));
    const text = letters.find(({ size }) => size === 12)!;
    const png = encodePng(await burnt(phantom({ seed: 1, size: 256 }), text, 'top left'));
    await writeFile(join(folder, 'text.png'), png);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('counts files with personal data, and shows no value', async () => {
    const files = [...rows.map((_, i) => `${i}.dcm`), 'text.png'];
    const items = files.map((file) => ({ file: join(folder, file), labels: [] }));
    const { privacy } = await inspectDataset(items, { workers: 0 });
    const tags: Record<string, number> = {};
    for (const tag of rows.flatMap((row) => row.tags).sort()) tags[tag] = (tags[tag] ?? 0) + 1;
    expect(privacy).toEqual({
      dicom: 8,
      identityRemoved: 1,
      tags,
      privateElements: 1,
      overlays: 1,
      burnedIn: { yes: 1, no: 6, unstated: 1 },
      lettersInCorners: 1,
    });
    const lines: string[] = [];
    const output = { result: (line: string) => lines.push(line), note() {}, progress() {} };
    await main(['inspect', folder, '--workers', '0'], output);
    const printed = lines.join('\n');
    expect(printed).toContain('letters in a corner, perhaps: 1');
    expect(printed).toContain(`PatientName: ${tags.PatientName}`);
    expect(printed).toContain('text said to be burnt in: 1 yes, 6 no, 1 unstated');
    expect(printed).not.toMatch(/Doe|Hospital|1958/);
  });
});
