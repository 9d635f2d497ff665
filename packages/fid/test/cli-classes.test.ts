import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage, encodePng, phantom } from '@cxr/data';
import {
  bootstrap,
  cmmd,
  fidByClass,
  fidContributions,
  frechetTerms,
  randomWeights,
  realism,
  Statistics,
  vendiScore,
  writeSafetensors,
} from '@cxr/fid';
import { readActivations } from '@cxr/fid/node';
import { image } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../../test/support/stored-zip.js';
import { trainingImages } from '../src/cli/training-images.js';
import { runMain, syntheticActivations } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-classes-'));
const at = (...path: string[]) => join(folder, ...path);
const run = (...args: string[]) =>
  runMain(...args, '--dims', '64', '--weights', at('random.safetensors'), '--no-floor');

beforeAll(() => {
  writeFileSync(at('random.safetensors'), writeSafetensors(randomWeights(1).tensors));
  for (const [set, seed] of [
    ['real', 1],
    ['fake', 20],
  ] as const) {
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      mkdirSync(at(set, name, 'more'), { recursive: true });
      for (let i = 0; i < 4; i++) {
        const chest = phantom({ seed: seed + i, size: 40, sick: name !== 'NORMAL' });
        writeFileSync(at(set, name, i === 3 ? 'more' : '', `${i}.png`), encodePng(chest));
      }
    }
  }
  writeFileSync(
    at('fake', 'PNEUMONIA', '1.png'),
    encodePng(image(new Uint8Array(1600).fill(255), 40, 40, 1)),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('fidByClass', () => {
  const [a, b] = [syntheticActivations(12, 4, 1), syntheticActivations(10, 4, 2)];
  const labels = (n: number) => Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 'sick' : 'healthy'));

  it('is the FID of each class by itself, and their mean', () => {
    const { classes, intraFid } = fidByClass(
      { activations: a, labels: labels(12) },
      { activations: b, labels: labels(10) },
    );
    const rowsOf = ({ data }: { data: Float32Array }, first: number, n: number) => ({
      data: Float32Array.from(
        { length: 4 * n },
        (_, i) => data[4 * (first + 2 * Math.floor(i / 4)) + (i % 4)]!,
      ),
      shape: [n, 4],
    });
    const expected = [1, 0].map((first, i) => ({
      ...{ name: ['healthy', 'sick'][i], n1: 6, n2: 5 },
      ...frechetTerms(
        Statistics.of(rowsOf(a, first, 6) as never),
        Statistics.of(rowsOf(b, first, 5) as never),
      ),
    }));
    expect(classes).toEqual(expected);
    expect(intraFid).toBe((expected[0]!.fid + expected[1]!.fid) / 2);
  });

  it.each([
    [labels(11), labels(10), 'there are 11 labels for 12 reals'],
    [labels(12), Array(10).fill('sick'), 'there are no fakes of the class healthy'],
    [Array(12).fill('sick'), labels(10), 'there are no reals of the class healthy'],
    [['odd', ...labels(12).slice(1)], ['odd', ...labels(10).slice(1)], 'the class odd has 1 of the reals'],
  ])('refuses labels that do not fit', (one, two, message) => {
    const call = () => fidByClass({ activations: a, labels: one }, { activations: b, labels: two });
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  it('refuses what are no labels', () => {
    const call = () => fidByClass({ activations: a } as never, { activations: b, labels: [] });
    expect(call).toThrow(new TypeError('the labels of the reals must be an array of strings'));
  });
});

describe('cxr-fid', () => {
  it('--by class scores each class folder, --worst draws the fakes that cost most', async () => {
    const { status, stdout, stderr } = await run(
      ...[at('real'), at('fake'), '--by', 'class', '--worst', at('worst.png'), '--json'],
      ...['--bootstrap', '5', '--metrics', 'kid,cmmd,vendi,realism', '--seed', '2'],
    );
    expect([status, stderr.match(/\n +at /)]).toEqual([0, null]);
    const result = JSON.parse(stdout);
    expect([result.n1, result.n2]).toEqual([8, 8]);
    const classes = [];
    for (const name of ['NORMAL', 'PNEUMONIA']) {
      const alone = await run(at('real', name), at('fake', name), '--recursive', '--json');
      const { fid, meanTerm, meanShare, n1, n2 } = JSON.parse(alone.stdout);
      classes.push({ name, n1, n2, fid, meanTerm, meanShare });
    }
    expect(result.byClass.classes.map(({ name, n1, n2 }: never) => [name, n1, n2])).toEqual([
      ['NORMAL', 4, 4],
      ['PNEUMONIA', 4, 4],
    ]);
    classes.forEach(({ fid }, i) => {
      expect(result.byClass.classes[i].fid).toBeCloseTo(fid, 6);
    });
    expect(result.byClass.intraFid).toBeCloseTo((classes[0]!.fid + classes[1]!.fid) / 2, 6);

    // The white picture is no chest.
    expect(result.worst[0].file).toBe(at('fake', 'PNEUMONIA', '1.png'));
    expect(result.worst).toHaveLength(8);
    for (const name of ['real', 'fake'])
      await run('--save-activations', at(name), at(`${name}.npz`), '--recursive');
    const [real, fake] = await Promise.all(
      ['real', 'fake'].map((name) => readActivations(at(`${name}.npz`))),
    );
    const expected = fidContributions(real!.statistics, fake!.activations!);
    expect(result.worst[0].contribution).toBeCloseTo(expected[0]!.contribution, 5);
    const rows = [real!.activations!, fake!.activations!] as const;
    const { fid, kid } = bootstrap(...rows, { metrics: ['fid', 'kid'], resamples: 5, seed: 2 });
    expect(Object.keys(result.intervals)).toEqual(['resamples', 'fid', 'kid']);
    expect(result.vendi.fake).toBeCloseTo(vendiScore(rows[1]), 5);
    expect(result.cmmd).toBeCloseTo(cmmd(...rows), 5);
    const real8 = [...realism(...rows)].sort((one, two) => one - two);
    expect(result.realism.median).toBeCloseTo((real8[3]! + real8[4]!) / 2, 4);
    expect(result.realism.share).toBe(real8.filter((value) => value >= 1).length / 8);
    expect(result.intervals.fid.std).toBeCloseTo(fid!.std, 5);
    expect(result.intervals.kid.high).toBeCloseTo(kid!.high, 5);
    expect(stderr).toContain(`95 % interval ${result.intervals.fid.low.toPrecision(3)} to `);
    const drawn = await decodeImage(readFileSync(at('worst.png')));
    expect(drawn.shape).toEqual([2 * 256 + 8, 6 * 256 + 5 * 8, 1]);
    expect([drawn.data[0], drawn.data[255]]).toEqual([255, 255]);

    const said = await run(at('real'), at('fake'), '--by', 'CLASS');
    expect(said.stderr).toContain(`intra-FID ${result.byClass.intraFid.toPrecision(4)}`);
    expect(said.stderr).toContain('PNEUMONIA (4 against 4 images): ');
  }, 120_000);

  it('--by class goes with what reads the images again', async () => {
    const flags = ['--held-out', at('real', 'NORMAL'), '--spectrum', at('spectrum.svg'), '--no-floor'];
    const { status, stdout } = await run(at('real'), at('fake'), '--by', 'class', ...flags, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).ceiling.n).toBe(4);
    expect(readFileSync(at('spectrum.svg'), 'utf8')).toContain('<svg');
  }, 60_000);

  it('scores images in a zip file as those in its folder', async () => {
    writeFileSync(at('real.zip'), zipOf(at('real')));
    const flags = ['--by', 'class', '--json', '--against-classes'];
    const [zipped, unpacked] = [
      await run(at('real.zip'), at('fake'), ...flags, at('real.zip')),
      await run(at('real'), at('fake'), ...flags, at('real')),
    ].map(({ stdout }) => JSON.parse(stdout));
    for (const key of ['fid', 'n1', 'byClass', 'classes']) expect(zipped[key]).toEqual(unpacked[key]);
    const missing = await run(`${at('real.zip')}!SICK`, at('fake'));
    expect(missing).toMatchObject({ status: 2, stderr: expect.stringContaining('without the folder SICK') });
    mkdirSync(at('run'));
    for (const [data, reason] of [
      [at('real.zip'), undefined],
      [at('gone.zip'), /images are not at .*gone\.zip/],
    ] as const) {
      writeFileSync(at('run', 'config.json'), JSON.stringify({ data, class: 'NORMAL' }));
      const found = trainingImages(at('run'));
      if (reason) await expect(found).rejects.toThrow(reason);
      else expect(await found).toMatchObject({ folder: join(data, 'NORMAL'), recursive: false });
    }
  }, 60_000);

  it('--by class needs the same class folders in both, and no image beside them', async () => {
    mkdirSync(at('other', 'NORMAL'), { recursive: true });
    const png = encodePng(phantom({ seed: 1, size: 40 }));
    for (const i of [0, 1]) writeFileSync(at('other', 'NORMAL', `${i}.png`), png);
    const expectWrong = async (message: string, ...paths: string[]) => {
      const { status, stderr } = await run(...paths, '--by', 'class');
      expect(status).toBe(2);
      expect(stderr).toContain(message);
    };
    await expectWrong(
      `${at('real')} has a class folder PNEUMONIA, but ${at('other')} has not`,
      at('real'),
      at('other'),
    );
    await expectWrong(`${at('real')} has a class folder PNEUMONIA`, at('other'), at('real'));
    await expectWrong('no sub-folder holds an image', at('real', 'NORMAL', 'more'), at('other'));
    await expectWrong('is a file', at('real'), at('a.npz'));
    writeFileSync(at('other', 'stray.png'), png);
    await expectWrong(`1 of the images in ${at('other')} are in no class folder`, at('other'), at('other'));
    mkdirSync(at('lone', 'NORMAL'), { recursive: true });
    writeFileSync(at('lone', 'NORMAL', '0.png'), png);
    await expectWrong('the class NORMAL has 1 image', at('lone'), at('other'));
    expect(await run(at('real'), at('real.npz'), '--worst', at('w.png'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--worst needs images'),
    });
  });
});
