import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { augment, chestXray, replay } from '@cxr/augment';
import { Command, type Output } from '@cxr/cli';
import { contactSheet, encodePng, phantom } from '@cxr/data';
import { listImages, readImage, writeFileAtomic } from '@cxr/data/node';
import { image, toGrey8 } from '@cxr/image';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { floatTiff } from '../../../test/support/float-tiff.js';
import { storedZip } from '../../../test/support/stored-zip.js';
import { writeContactSheet } from '../src/cli/contact-sheet.js';
import { main } from '../src/cli/main.js';
import { type AugmentFlags, addFlags, optionsOf } from '../src/cli/options.js';
import { run } from '../src/cli/run.js';
import { copyPath } from '../src/cli/task.js';

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-augment-'));
  for (const [name, seed] of [
    ['NORMAL/a', 1],
    ['NORMAL/b', 2],
    ['SICK/a', 3],
  ] as const) {
    await writeFileAtomic(join(folder, 'in', `${name}.png`), encodePng(phantom({ seed, size: 32 })));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;

function optionsFor(output: string, ...flags: string[]) {
  const command = addFlags(new Command()).parse(['in', 'out', '--workers', '1', ...flags], { from: 'user' });
  return optionsOf(join(folder, 'in'), join(folder, output), command.opts<AugmentFlags>());
}

function work(output: string, ...flags: string[]) {
  return run(optionsFor(output, ...flags), never, () => undefined);
}

/** Every file of a folder with its content's hash. */
function contents(output: string): Record<string, string> {
  const files = readdirSync(join(folder, output), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const path = join(file.parentPath, file.name);
        return [
          path.slice(join(folder, output).length),
          createHash('sha256').update(readFileSync(path)).digest('hex'),
        ];
      })
      .sort(),
  );
}

function logLines(output: string) {
  const text = readFileSync(join(folder, output, 'augment.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('cxr-augment', () => {
  it('keeps class folders, logs parameters and makes a contact sheet', async () => {
    const result = await work('out', '--copies', '2', '--seed', '7');
    expect(result).toMatchObject({ images: 3, written: 6, kept: 0, bad: [] });
    expect(Object.keys(contents('out'))).toEqual([
      '/NORMAL/a_1.png',
      '/NORMAL/a_2.png',
      '/NORMAL/b_1.png',
      '/NORMAL/b_2.png',
      '/SICK/a_1.png',
      '/SICK/a_2.png',
      '/augment.json',
      '/augment.jsonl',
      '/contact-sheet.png',
    ]);
    // What reads the copies does not take the sheet for one of them.
    expect(await listImages(join(folder, 'out'), { recursive: true })).toHaveLength(6);
    const sheet = await readImage(result.contactSheet);
    const rows = ['NORMAL/a', 'NORMAL/b', 'SICK/a'].flatMap((name) => [
      join(folder, 'in', `${name}.png`),
      ...[1, 2].map((copy) => join(folder, 'out', `${name}_${copy}.png`)),
    ]);
    const images = await Promise.all(rows.map((file) => readImage(file)));
    expect(sheet).toEqual(contactSheet(images, { columns: 3, cell: 128, gap: 4, background: 255 }));
  });

  it('takes a zip file, or a folder in it, and writes into OUT alone', async () => {
    const files = (await listImages(join(folder, 'in'), { recursive: true })).map((file) => [
      `set/${relative(join(folder, 'in'), file)}`,
      readFileSync(file),
    ]);
    const zip = join(folder, 'set.zip');
    writeFileSync(zip, storedZip(Object.fromEntries(files)));
    const fromZip = (input: string, output: string) =>
      run({ ...optionsFor(output, '--copies', '1'), input }, never, () => undefined);
    await work('plain', '--copies', '1');
    await fromZip(`${zip}!set`, 'inner');
    expect(contents('inner')).toEqual(contents('plain'));
    const before = readdirSync(folder);
    expect(await fromZip(zip, 'whole')).toMatchObject({ images: 3, written: 3 });
    expect(readdirSync(folder).sort()).toEqual([...before, 'whole'].sort());
    expect(Object.keys(contents('whole'))).toEqual([
      '/augment.json',
      '/augment.jsonl',
      '/contact-sheet.png',
      '/set/NORMAL/a_1.png',
      '/set/NORMAL/b_1.png',
      '/set/SICK/a_1.png',
    ]);
    expect(logLines('whole').map(({ output }) => output)).toContain('set/NORMAL/a_1.png');
    expect(await fromZip(zip, 'whole')).toMatchObject({ written: 0, kept: 3 });
    for (const file of ['../a.png', 'b/../../a.png'])
      expect(() => copyPath(join(folder, 'whole'), file, 1)).toThrow('would lie outside');
  });

  it('takes --bits, which belongs to the settings: the copies are read with the same', async () => {
    rmSync(join(folder, 'in'), { recursive: true });
    const grey = phantom({ seed: 4, size: 32 });
    const file = join(folder, 'in', 'a.png');
    const sixteen = (convert: (value: number) => number) =>
      encodePng(image(Uint16Array.from(grey.data, convert), 32, 32, 1));
    await writeFileAtomic(
      file,
      sixteen((value) => (value << 4) | (value >> 4)),
    );
    const result = await work('none', '--copies', '1');
    expect(result.warnings).toEqual([expect.stringContaining('(--bits 12)')]);
    expect(await work('twelve', '--copies', '2', '--bits', '12')).toMatchObject({ written: 2, warnings: [] });
    // The same picture at full scale: with the same draws its copies differ by the rounding to 12 bits alone.
    const white = 4095 / 65535;
    await writeFileAtomic(
      file,
      sixteen((value) => Math.round((((value << 4) | (value >> 4)) * 65535) / 4095)),
    );
    expect(await work('full', '--copies', '2')).toMatchObject({ warnings: [] });
    for (const name of ['a_1.png', 'a_2.png']) {
      const [twelve, full] = [
        await readImage(join(folder, 'twelve', name)),
        await readImage(join(folder, 'full', name)),
      ];
      expect(twelve.data).toEqual(full.data.map((value) => Math.round(value * white)));
      const again = await readImage(join(folder, 'twelve', name), { bits: 12 });
      expect(Math.max(...again.data.map((value, i) => Math.abs(value - full.data[i]!)))).toBeLessThan(9);
    }
    const saved = (output: string) => JSON.parse(readFileSync(join(folder, output, 'augment.json'), 'utf8'));
    expect(saved('twelve')).toEqual({ preset: 'chestXray', seed: 0, size: null, bits: 12 });
    await expect(work('twelve', '--copies', '2')).rejects.toThrow('this run has');
    expect(await work('full', '--copies', '2', '--bits', '16')).toMatchObject({ kept: 2 });
  });

  it('shows values through a window, which belongs to the settings', async () => {
    const grey = phantom({ seed: 4, size: 32 });
    await writeFileAtomic(join(folder, 'png', 'x.tif'), encodePng(grey));
    // Values of −1000 to 1550.
    await writeFileAtomic(
      join(folder, 'in', 'x.tif'),
      floatTiff(
        [...grey.data].map((v) => 10 * v - 1000),
        32,
        32,
      ),
    );
    for (const name of ['NORMAL', 'SICK']) rmSync(join(folder, 'in', name), { recursive: true });
    await expect(work('out', '--copies', '1')).rejects.toThrow('floating-point samples');
    const window = ['--window', '275,2550', '--copies', '1'];
    await work('shown', ...window);
    await run(
      { ...optionsFor('plain', '--copies', '1'), input: join(folder, 'png') },
      never,
      () => undefined,
    );
    // Floats become 16 bits.
    for (const name of ['x_1.png', 'contact-sheet.png']) {
      const [shown, plain] = [
        await readImage(join(folder, 'shown', name)),
        await readImage(join(folder, 'plain', name)),
      ];
      const difference = [...toGrey8(shown).data].map((value, i) =>
        Math.abs(value - toGrey8(plain).data[i]!),
      );
      expect(Math.max(...difference)).toBeLessThanOrEqual(2);
    }
    const saved = JSON.parse(readFileSync(join(folder, 'shown', 'augment.json'), 'utf8'));
    expect(saved).toEqual({ preset: 'chestXray', seed: 0, size: null, window: { centre: 275, width: 2550 } });
    await expect(work('shown', '--window', 'all', '--copies', '2')).rejects.toThrow('this run has');
    expect(await work('shown', ...window)).toMatchObject({ written: 0, kept: 1 });
    // As before there were windows.
    expect(JSON.parse(readFileSync(join(folder, 'plain', 'augment.json'), 'utf8'))).not.toHaveProperty(
      'window',
    );
  });

  it('logs what the library replays', async () => {
    await work('out', '--copies', '2', '--seed', '7');
    for (const line of logLines('out')) {
      const image = await readImage(join(folder, 'in', line.file));
      const written = await readImage(join(folder, 'out', line.output));
      expect(replay(chestXray(), { image }, line).image.data).toEqual(written.data);
      const { record } = augment(chestXray(), { image }, line);
      expect(record.params).toEqual(line.params);
    }
  });

  it('makes in shards what it makes in one run', async () => {
    const pngs = (output: string) =>
      Object.entries(contents(output)).filter(([file]) => /_\d\.png$/.test(file));
    await work('whole', '--copies', '2', '--seed', '7');
    const results = [0, 1].map((i) => work(`part${i}`, '--copies', '2', '--seed', '7', '--shard', `${i}/2`));
    expect((await Promise.all(results)).map(({ written }) => written)).toEqual([4, 2]);
    expect([...pngs('part0'), ...pngs('part1')].sort()).toEqual(pngs('whole'));
  });

  it('goes on where it stopped, to the same files', async () => {
    await work('whole', '--copies', '3');
    await work('parts', '--copies', '1');
    const before = readFileSync(join(folder, 'parts', 'NORMAL', 'a_1.png'));
    // As if killed between an image and its line, and in the middle of a line.
    rmSync(join(folder, 'parts', 'SICK', 'a_1.png'));
    appendFileSync(join(folder, 'parts', 'augment.jsonl'), '{"file":"NORMAL/b.png","co');
    expect(await work('parts', '--copies', '3')).toMatchObject({ kept: 2, written: 7 });
    expect(readFileSync(join(folder, 'parts', 'NORMAL', 'a_1.png'))).toEqual(before);
    expect(contents('parts')).toEqual(contents('whole'));
    expect(await work('parts', '--copies', '3')).toMatchObject({ kept: 9, written: 0 });
  });

  it('goes on after torn lines, time and again', async () => {
    await work('whole', '--copies', '3');
    for (const copies of ['1', '2', '3']) {
      await work('parts', '--copies', copies);
      appendFileSync(join(folder, 'parts', 'augment.jsonl'), '{"file":"NORMAL/b.png","co');
    }
    expect(await work('parts', '--copies', '3')).toMatchObject({ kept: 9, written: 0 });
    expect(contents('parts')).toEqual(contents('whole'));
  });

  it('lets one run at a time write into OUT', async () => {
    const both = await Promise.allSettled([work('out', '--copies', '2'), work('out', '--copies', '2')]);
    const [first, second] = both.sort((a, b) => (a.status < b.status ? -1 : 1));
    expect(first).toMatchObject({ status: 'fulfilled', value: { written: 6 } });
    expect(second).toMatchObject({ reason: { code: 'locked', file: join(folder, 'out', '.cxr-lock') } });
    expect(logLines('out')).toHaveLength(6);
  });

  it('keeps the copies of images that have gone or broken since', async () => {
    await work('out', '--copies', '1');
    rmSync(join(folder, 'in', 'NORMAL', 'a.png'));
    writeFileSync(join(folder, 'in', 'NORMAL', 'b.png'), 'broken');
    expect(await work('out', '--copies', '1')).toMatchObject({ kept: 3, written: 0, images: 3 });
  });

  it('gives an image the same copies when others come', async () => {
    await work('few', '--copies', '1');
    await writeFileAtomic(join(folder, 'in', 'NORMAL', 'aa.png'), encodePng(phantom({ seed: 9, size: 32 })));
    await work('more', '--copies', '1');
    expect(contents('more')['/NORMAL/b_1.png']).toBe(contents('few')['/NORMAL/b_1.png']);
  });

  it('refuses other settings, strange folders and colliding names', async () => {
    await work('out', '--copies', '1');
    await expect(work('out', '--copies', '1', '--seed', '1')).rejects.toThrow(/holds copies made with/);
    await expect(work('in/sub')).rejects.toThrow(/is inside IN/);
    writeFileSync(join(folder, 'file'), 'x');
    await expect(work('.')).rejects.toThrow(/is not empty/);
    await writeFileAtomic(join(folder, 'in', 'NORMAL', 'a.bmp'), 'x');
    await expect(work('other')).rejects.toThrow(/would both become NORMAL\/a_1.png/);
  });

  it('shows six images, evenly spread over the list, with at most five copies of each', async () => {
    for (let i = 10; i < 20; i++) {
      const content = encodePng(phantom({ seed: i, size: 32 }));
      await writeFileAtomic(join(folder, 'in', 'MORE', `scan.${i}.png`), content);
    }
    const { contactSheet: file } = await work('out', '--copies', '6');
    // Of 13: the places 0, 2, 4, 6, 8 and 10.
    const rows = [10, 12, 14, 16, 18].map((i) => `MORE/scan.${i}`);
    const paths = [...rows, 'NORMAL/a'].flatMap((name) => [
      join(folder, 'in', `${name}.png`),
      ...[1, 2, 3, 4, 5].map((copy) => join(folder, 'out', `${name}_${copy}.png`)),
    ]);
    const images = await Promise.all(paths.map((path) => readImage(path)));
    const expected = contactSheet(images, { columns: 6, cell: 128, gap: 4, background: 255 });
    expect(await readImage(file)).toEqual(expected);
  });

  it('leaves a place white in the sheet where a file is gone, or has fewer copies', async () => {
    await work('out', '--copies', '1');
    rmSync(join(folder, 'out', 'NORMAL', 'a_1.png'));
    const lines = logLines('out').filter(({ file }) => file !== 'NORMAL/b');
    const originals = ['NORMAL/a.png', 'SICK/a.png'];
    const second = { ...lines.find(({ file }) => file === 'SICK/a.png'), copy: 2, output: 'SICK/a_1.png' };
    const all = [second, ...lines].filter((line) => originals.includes(line.file));
    const settings = { preset: 'chestXray', seed: 0, size: null };
    const sheet = await readImage(
      await writeContactSheet(
        { output: join(folder, 'out'), settings },
        all,
        originals.map((file) => ({ file, path: join(folder, 'in', file) })),
      ),
    );
    const read = (...parts: string[]) => readImage(join(folder, ...parts));
    const blank = image(Uint8Array.of(255), 1, 1, 1);
    const copy = await read('out', 'SICK', 'a_1.png');
    const cells = [
      await read('in', 'NORMAL', 'a.png'),
      blank,
      blank,
      await read('in', 'SICK', 'a.png'),
      copy,
      copy,
    ];
    expect(sheet).toEqual(contactSheet(cells, { columns: 3, cell: 128, gap: 4, background: 255 }));
  });

  it('names a file that is no image, or leaves it out', async () => {
    await writeFileAtomic(join(folder, 'in', 'NORMAL', 'bad.png'), 'not a picture');
    await expect(work('out')).rejects.toMatchObject({ file: 'NORMAL/bad.png' });
    const result = await work('out', '--skip-bad', '--copies', '1');
    expect(result.bad).toEqual([expect.stringContaining('NORMAL/bad.png')]);
    expect(result.images).toBe(3);
    // A row of the sheet for each of the three, none for the bad file; the first run left five copies.
    expect((await readImage(result.contactSheet)).shape.slice(0, 2)).toEqual([3 * 132 - 4, 6 * 132 - 4]);
  });

  it.each([1, 2, 3, 8])('writes and logs every copy of every image, with %i workers', async (workers) => {
    const images = 41;
    const bad = ['NORMAL/bad-1.png', 'SICK/bad-2.png'];
    for (let i = 3; i < images; i++) {
      const file = join(folder, 'in', 'MORE', `${i}.png`);
      await writeFileAtomic(file, encodePng(phantom({ seed: i, size: 16 + (i % 7) })));
    }
    for (const name of bad) await writeFileAtomic(join(folder, 'in', name), 'not a picture');
    const result = await work('out', '--copies', '3', '--skip-bad', '--workers', String(workers));
    expect(result).toMatchObject({ images, written: images * 3, kept: 0 });
    expect(result.bad.map((line) => line.split(':')[0]).sort()).toEqual(bad);
    const written = Object.keys(contents('out')).filter((name) => /_\d\.png$/.test(name));
    expect(written).toHaveLength(images * 3);
    expect(
      logLines('out')
        .map(({ output }) => `/${output}`)
        .sort(),
    ).toEqual(written.sort());
  });

  it.each([1, 3])('logs what it has written when it is interrupted, with %i workers', async (workers) => {
    for (let i = 0; i < 100; i++) {
      await writeFileAtomic(
        join(folder, 'in', 'MORE', `${i}.png`),
        encodePng(phantom({ seed: i, size: 16 })),
      );
    }
    const abort = new AbortController();
    const flags = ['--copies', '2', '--workers', String(workers)];
    const options = optionsFor('out', ...flags);
    await expect(run(options, abort.signal, () => abort.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
    const kept = Object.keys(contents('out')).filter((name) => /_\d\.png$/.test(name)).length;
    expect(kept).toBeLessThan(103);
    expect(logLines('out')).toHaveLength(kept);
    expect(await work('out', ...flags)).toMatchObject({ kept, written: 206 - kept });
  });

  it('stops between images when interrupted', async () => {
    const abort = new AbortController();
    const options = optionsFor('out', '--copies', '1');
    await expect(run(options, abort.signal, () => abort.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
    expect(await work('out', '--copies', '1')).toMatchObject({ kept: 1, written: 2 });
  });

  it.skipIf(!existsSync('/proc/self'))('ends with 1 where OUT takes no files', async () => {
    const lines: string[] = [];
    const output: Output = { result() {}, progress() {}, note: (line) => lines.push(line) };
    for (const out of ['/proc', '/proc/x', join(folder, 'in/NORMAL/a.png')]) {
      expect(await main([join(folder, 'in/SICK'), out], output), out).toBe(1);
    }
    expect(lines).toEqual(lines.map(() => expect.stringMatching(/can be made here|where a folder must be/)));
  });

  it.each([
    [
      ['--copies', '0', 'in', 'out'],
      "'--copies <n>' argument '0' is invalid. It takes a whole number of at least 1",
    ],
    [['--seed', '1.5', 'in', 'out'], "'--seed <n>' argument '1.5' is invalid. It takes a whole number"],
    [['--preset', 'none', 'in', 'out'], "argument 'none' is invalid. It takes chestXray, paperClassic"],
    [['--frobnicate', 'in', 'out'], "unknown option '--frobnicate'"],
    [['in'], "missing required argument 'out'"],
  ])('says what is wrong with %j', async (args, message) => {
    const lines: string[] = [];
    const output: Output = { result() {}, progress() {}, note: (line) => lines.push(line) };
    expect(await main(args, output)).toBe(2);
    expect(lines).toEqual([expect.stringContaining(message)]);
  });
});

const bin = fileURLToPath(new URL('../bin/cxr-augment.js', import.meta.url));
const built = existsSync(fileURLToPath(new URL('../dist/cli/task.js', import.meta.url)));
if (!built) console.info('cxr-augment: the tests of its threads need a build (npm run build)');

describe('the program, as built', () => {
  const start = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });

  it.skipIf(!built)('makes the same with two threads as with one', async () => {
    await work('one', '--copies', '2');
    const { status, stdout } = start(
      join(folder, 'in'),
      join(folder, 'two'),
      '--copies',
      '2',
      '--seed',
      '0',
      '--workers',
      '2',
      '--json',
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ images: 3, written: 6 });
    expect(contents('two')).toEqual(contents('one'));
  });

  it.skipIf(!built)('exits with 2 for wrong usage and missing folders, and explains itself', () => {
    expect(start()).toMatchObject({ status: 2, stdout: '' });
    const missing = start(join(folder, 'none'), join(folder, 'out'));
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('none');
    expect(start('--help')).toMatchObject({ status: 0, stderr: '' });
  });
});
