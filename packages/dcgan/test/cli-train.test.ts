import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { encodePng, phantoms } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import { listCheckpoints, loadCheckpoint } from '@cxr/dcgan/node';
import { image as wrap } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { floatTiff } from '../../../test/support/float-tiff.js';
import { zipOf } from '../../../test/support/stored-zip.js';
import { run, runsFolder } from './cli-support.js';

const { at, train, weightsOf } = runsFolder();

const readLog = async (out: string): Promise<{ type: string; step: number }[]> =>
  (await readFile(at(out, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('cxr-dcgan train', () => {
  it('trains, reports what it does, and leaves log, grids, config and checkpoints', async () => {
    const flags = ['--ema', '0.9', '--diff-augment', 'cutout', '--sample-every', '2', '--samples', '5'];
    const trained = await run(...train('a', 4, ...flags, '--checkpoint-every', '1', '--keep', '2'));
    expect(trained).toMatchObject({ status: 0, out: '' });
    for (const line of ['backend wasm', '8 images, steps 0 to 4', 'done at step 4']) {
      expect(trained.err.split('\n')).toContain(line);
    }
    expect(trained.err).toContain(`checkpoint ${at('a', 'checkpoint', 'step-00000003')}\n`);
    expect(trained.progress.at(-1)).toMatchObject({
      phase: 'training',
      done: 4,
      total: 4,
      unit: 'steps',
      detail: expect.stringMatching(/^loss D \d+\.\d{3}, G \d+\.\d{3}$/),
    });
    expect(await readdir(at('a', 'grids'))).toEqual([
      'step-00000000.png',
      'step-00000002.png',
      'step-00000004.png',
    ]);
    // Five images in a sheet of three columns and two rows, two pixels between.
    expect((await readImage(at('a', 'grids', 'step-00000004.png'))).shape).toEqual([66, 100, 1]);
    expect(await listCheckpoints(at('a', 'checkpoint'))).toEqual([3, 4]);
    expect((await readLog('a')).filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([
      1, 2, 3, 4,
    ]);
    const { config, ...rest } = JSON.parse(await readFile(at('a', 'config.json'), 'utf8'));
    expect(rest).toEqual({ steps: 4, data: at('data'), classNames: [], reading: {}, backend: 'wasm' });
    expect(config).toMatchObject({ ema: 0.9, diffAugment: ['cutout'], size: 32, seed: 3 });
    expect((await loadCheckpoint(at('a'))).config).toEqual(config);
  });

  it('trains for as many steps as the epochs have batches', async () => {
    const epochs = train('epochs', 0).join(' ').replace('--steps 0', '--epochs 3').split(' ');
    // 24 images in batches of 4; half of each batch in the second run is real.
    expect((await run(...epochs)).err).toContain('done at step 6\n');
    const half = [...epochs, '--half-batch', 'true', '--out', at('half')];
    expect((await run(...half)).err).toContain('done at step 12\n');
    const neither = epochs.join(' ').replace('--epochs 3', '').split(/ +/);
    expect(await run(...neither, '--out', at('neither'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('--steps (or --epochs) is missing'),
    });
    expect((await run(...neither, '--out', at('bool'), '--half-batch', 'yes')).err).toContain(
      'invalid --half-batch: yes (true or false)',
    );
  });

  it('counts passes over the images that it reads', async () => {
    const two = at('two-good');
    await mkdir(two);
    for (const { name, image } of phantoms({ count: 2, seed: 1, size: 40 })) {
      await writeFile(`${two}/${name}.png`, encodePng(image));
    }
    await writeFile(`${two}/broken.png`, 'no picture');
    const passes = (out: string, epochs: number, ...more: string[]) => [
      ...train(out, 0, '--data', two, '--batch-size', '2', '--skip-bad')
        .join(' ')
        .replace('--steps 0', `--epochs ${epochs}`)
        .split(' '),
      ...more,
    ];
    const { err } = await run(...passes('passes', 4));
    expect(err).toContain('2 images, steps 0 to 4\n');
    expect(err.match(/skipped: /g)).toHaveLength(1);
    expect((await run(...passes('passes', 5, '--resume'))).err).toContain('2 images, steps 4 to 5\n');
    expect(await run(...passes('both-lengths', 4, '--steps', '3'))).toMatchObject({
      status: 2,
      err: expect.stringContaining("'--epochs <n>' cannot be used with option '--steps <n>'"),
    });
  });

  it('takes the config of another run, and flags before it', async () => {
    await run(...train('first', 1, '--ema', '0.5', '--loss', 'hinge'));
    const again = ['train', '--data', at('data'), '--config', at('first', 'config.json'), '--steps', '1'];
    expect(
      await run(...again, '--out', at('second'), '--ema', '0.25', '--backend', 'wasm', '--sample-every', '0'),
    ).toMatchObject({
      status: 0,
    });
    const { config } = await loadCheckpoint(at('second'));
    expect(config).toEqual({ ...(await loadCheckpoint(at('first'))).config, ema: 0.25 });
  });

  it('grows from a run of half the size', async () => {
    await run(...train('small', 1, '--width', '2'));
    const grown = train('grown', 1, '--size', '64', '--grow-from', at('small'), '--learning-rate-g', '0');
    expect(await run(...grown)).toMatchObject({ status: 0 });
    const [small, large] = [await loadCheckpoint(at('small')), await loadCheckpoint(at('grown'))];
    const kernel = ({ generator }: typeof small) =>
      generator.weights.find(({ name }) => name.startsWith('up_8/'));
    expect(kernel(large)).toEqual(kernel(small));

    // Killed before its first checkpoint, or run again by its config, it grows from the same run.
    await rm(at('grown', 'checkpoint'), { recursive: true });
    const still = ['--learning-rate-g', '0', '--size', '64'];
    const resumed = await run(...train('grown', 1, '--resume', ...still));
    expect(resumed.err).toContain(
      `${at('grown')} has no checkpoint yet: it starts again, with its settings\n`,
    );
    expect(resumed.err).toContain(`grows from ${at('small')}\n`);
    expect(kernel(await loadCheckpoint(at('grown')))).toEqual(kernel(small));
    await run(...train('grown-again', 1, '--config', at('grown', 'config.json'), ...still));
    expect(kernel(await loadCheckpoint(at('grown-again')))).toEqual(kernel(small));

    // The same command goes on with it; another run to grow from is not passed over in silence.
    const goOn = (out: string, from: string, ...more: string[]) =>
      run(...train(out, 2, '--resume', '--grow-from', at(from), ...more));
    expect(await goOn('grown', 'small', ...still)).toMatchObject({ status: 0 });
    expect(await goOn('grown', 'grown-again')).toMatchObject({
      status: 2,
      err: `cxr-dcgan: ${at('grown')} was started with --grow-from ${at('small')}, not ${at('grown-again')}\n`,
    });
    expect(await goOn('small', 'grown')).toMatchObject({
      status: 2,
      err: `cxr-dcgan: ${at('small')} was started without --grow-from\n`,
    });
    await writeFile(at('odd.json'), '{"config": {}, "growFrom": 3}');
    expect(await run(...train('odd', 1, '--config', at('odd.json')))).toMatchObject({
      status: 2,
      err: expect.stringContaining('odd.json: its "growFrom" is not the path of a run'),
    });
  });

  it('says that there is nothing to resume', async () => {
    const { status, err } = await run(...train('typo', 1, '--resume'));
    expect(status).toBe(0);
    expect(err).toContain(`${at('typo')} has no run to resume: a new one starts\n`);
    expect((await run(...train('typo', 2, '--resume'))).err).not.toContain('a new one starts');
  });

  it('ends with status 2 and one clear line for wrong usage', async () => {
    await writeFile(at('bad.json'), '{"config": {"learningrate": 1}}');
    for (const [i, text] of ['{"config": []}', '{"config": null}', 'null', '[]', '{'].entries()) {
      await writeFile(at(`bad-${i}.json`), text);
    }
    const cases: [string[], string][] = [
      [['fly'], "unknown command 'fly'"],
      [['train', '--data', at('data'), '--steps', '1'], "required option '--out <dir>' not specified"],
      [train('w', 1, '--size', '48'), 'invalid size: 48'],
      [train('w', 1, '--width', 'many'), "'--width <n>' argument 'many' is invalid. It takes a number."],
      [
        train('w', 1, '--config', at('bad.json')),
        `${at('bad.json')}: unknown config key: learningrate (known: `,
      ],
      ...[0, 1, 2, 3, 4].map((i): [string[], string] => [
        train('w', 1, '--config', at(`bad-${i}.json`)),
        `bad-${i}.json: `,
      ]),
      [train('w', 1, '--data', at('nowhere')), 'nowhere'],
      [['train', '--momentum', '1', '--data', at('data'), '--out', at('w')], "unknown option '--momentum'"],
    ];
    for (const [args, message] of cases) {
      const { status, out, err } = await run(...args);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain(message);
    }
  });

  it('names what is in the way of --out, and ends with status 1 where nothing can be written', async () => {
    const file = at('data', (await readdir(at('data')))[0]!);
    expect(await run(...train('w', 1, '--out', `${file}/below`))).toMatchObject({
      status: 1,
      err: expect.stringMatching(/cannot write it: a file is where a folder must be/),
    });
    if (process.platform !== 'linux') return;
    expect(await run(...train('w', 1, '--out', '/proc/x'))).toMatchObject({
      status: 1,
      err: expect.stringContaining('/proc/x: cannot write it: no folder can be made here'),
    });
  });

  it('names --class and --conditional for a folder of class folders', async () => {
    const classes = at('classes');
    for (const [label, name] of ['NORMAL', 'PNEUMONIA'].entries()) {
      await mkdir(`${classes}/${name}`, { recursive: true });
      for (const one of phantoms({ count: 4, seed: label, size: 32, sick: label === 1 })) {
        await writeFile(`${classes}/${name}/${one.name}.png`, encodePng(one.image));
      }
    }
    expect(await run(...train('none', 1, '--data', classes))).toMatchObject({
      status: 2,
      err: expect.stringContaining(
        `${classes} holds class folders (NORMAL, PNEUMONIA): choose one with --class NAME, or train on all with --conditional`,
      ),
    });
    const both = train('none', 1, '--data', classes, '--class', 'NORMAL', '--conditional');
    expect(await run(...both)).toMatchObject({
      status: 2,
      err: expect.stringContaining('--class and --conditional exclude each other'),
    });
    expect(await run(...train('none', 1, '--data', `${classes}/NORMAL`, '--conditional'))).toMatchObject({
      status: 2,
    });
    const one = await run(...train('one', 1, '--data', classes, '--class', 'NORMAL'));
    expect(one).toMatchObject({ status: 0, err: expect.stringContaining('4 images, ') });
    const saved = JSON.parse(await readFile(at('one', 'config.json'), 'utf8'));
    expect(saved).toMatchObject({ data: classes, class: 'NORMAL' });
    await writeFile(at('set.zip'), zipOf(classes));
    const zipped = await run(...train('zipped', 1, '--data', at('set.zip'), '--class', 'NORMAL'));
    expect(zipped).toMatchObject({ status: 0, err: expect.stringContaining('4 images, ') });
    expect(await weightsOf('zipped')).toBe(await weightsOf('one'));
    const all = await run(...train('all', 1, '--data', classes, '--conditional'));
    expect(all).toMatchObject({ status: 0, err: expect.stringContaining('8 images, ') });
    const state = await loadCheckpoint(at('all'));
    expect(state.config.classes).toBe(2);
    expect(state.classNames).toEqual(['NORMAL', 'PNEUMONIA']);

    const config = at('all', 'config.json');
    const refusals: [string[], string][] = [
      [train('none', 1, '--classes', '2'), '--classes needs --conditional'],
      [train('none', 1, '--config', config), `${config} has 2 classes: give --conditional, or --classes 0`],
      [train('all', 2, '--resume'), `${at('all')} was started with --conditional: give it again`],
      [
        train('none', 1, '--data', classes, '--conditional', '--classes', '5'),
        `--classes 5: ${classes} holds 2 class folders`,
      ],
    ];
    for (const [args, message] of refusals) {
      expect(await run(...args)).toMatchObject({ status: 2, err: `cxr-dcgan: ${message}\n` });
    }
    expect(await run(...train('plain', 1, '--config', config, '--classes', '0'))).toMatchObject({
      status: 0,
    });
  });

  it('stops at a warning where asked to, by the new name and the old', async () => {
    for (const flag of ['--stop-on-warning', '--stop-on-trouble']) {
      const { status, err } = await run(...train(flag, 9, '--learning-rate-d', '5', flag));
      expect(status).toBe(1);
      expect(err).toMatch(/warning: (training blows up|diverged) at step [234]/);
      expect(err).toMatch(/stopped at step [234]/);
    }
  });

  it('leaves out files that cannot be read where asked to, and names each', async () => {
    const some = at('some');
    await mkdir(some);
    for (const { name, image } of phantoms({ count: 4, seed: 1, size: 40 })) {
      await writeFile(`${some}/${name}.png`, encodePng(image));
    }
    await writeFile(`${some}/broken.png`, 'no picture');
    const broken = await run(...train('skip-a', 1, '--data', some));
    expect(broken).toMatchObject({ status: 2, err: expect.stringContaining('broken.png: ') });
    const skipped = await run(...train('skip-b', 1, '--data', some, '--skip-bad'));
    expect(skipped.status).toBe(0);
    expect(skipped.err).toContain(`skipped: ${some}/broken.png: `);
    expect(skipped.err).toContain('4 images, ');
  });

  it('warns of 12-bit pictures in 16-bit files, and takes --bits', async () => {
    const deep = at('deep');
    await mkdir(deep);
    for (const { name, image } of phantoms({ count: 4, seed: 1, size: 40 })) {
      const twelve = Uint16Array.from(image.data, (sample) => sample << 4);
      await writeFile(`${deep}/${name}.png`, encodePng(wrap(twelve, 40, 40, 1)));
    }
    const warned = await run(...train('deep-a', 1, '--data', deep));
    expect(warned.err).toMatch(/warning: .*12/);
    const told = await run(...train('deep-b', 1, '--data', deep, '--bits', '12'));
    expect(told.status).toBe(0);
    expect(told.err).not.toContain('warning');
    expect(await run(...train('deep-c', 1, '--data', deep, '--bits', '17'))).toMatchObject({ status: 2 });
  });

  it('takes --window for values without shades', async () => {
    const [values, grey] = [at('values'), at('grey')];
    for (const folder of [values, grey]) await mkdir(folder);
    for (const { name, image } of phantoms({ count: 4, seed: 1, size: 40 })) {
      await writeFile(
        `${values}/${name}.tif`,
        floatTiff(
          [...image.data].map((v) => 10 * v - 1000),
          40,
          40,
        ),
      );
      await writeFile(`${grey}/${name}.png`, encodePng(image));
    }
    const refused = await run(...train('values-a', 1, '--data', values));
    expect(refused).toMatchObject({ status: 2, err: expect.stringContaining('floating-point samples') });
    const shown = await run(...train('values-b', 1, '--data', values, '--window', '275,2550'));
    expect(shown.status).toBe(0);
    await run(...train('values-c', 1, '--data', grey));
    const [a, b] = await Promise.all(['values-b', 'values-c'].map((out) => loadCheckpoint(at(out))));
    expect(a!.generator).toEqual(b!.generator);
    const wrong = await run(...train('values-d', 1, '--data', values, '--window', '40'));
    expect(wrong).toMatchObject({ status: 2, err: expect.stringContaining('centre and a width') });
  });

  it('reads the images of a resumed run as the run did, and refuses to read them in another way', async () => {
    const [values, window] = [at('reading'), '275,2550'];
    await mkdir(values);
    for (const { name, image } of phantoms({ count: 4, seed: 1, size: 40 })) {
      const shown = [...image.data].map((value) => 10 * value - 1000);
      await writeFile(`${values}/${name}.tif`, floatTiff(shown, 40, 40));
    }
    const data = ['--data', values];
    const readingIn = async (out: string) =>
      JSON.parse(await readFile(at(out, 'config.json'), 'utf8')).reading;
    const whole = await run(...train('reading-a', 2, ...data, '--window', window, '--bits', '12'));
    expect(whole.status).toBe(0);
    expect(await readingIn('reading-a')).toEqual({ bits: 12, window: { centre: 275, width: 2550 } });

    await run(...train('reading-b', 1, ...data, '--window', window));
    // Without the window these images are refused.
    expect(await run(...train('reading-b', 2, ...data, '--resume'))).toMatchObject({ status: 0 });
    expect(await readingIn('reading-b')).toEqual({ window: { centre: 275, width: 2550 } });
    const [a, b] = await Promise.all(['reading-a', 'reading-b'].map((out) => loadCheckpoint(at(out))));
    expect(a!.generator).toEqual(b!.generator);

    const resume = (...flags: string[]) => run(...train('reading-b', 3, ...data, '--resume', ...flags));
    for (const [flags, was] of [
      [['--window', '40,400'], '--window 275,2550, not 40,400'],
      [['--window', 'all'], '--window 275,2550, not all'],
      [['--bits', '12'], '--bits 16, not 12'],
    ] as const)
      expect(await resume(...flags)).toMatchObject({
        status: 2,
        err: `cxr-dcgan: ${at('reading-b')} was started with ${was}\n`,
      });
    expect(await resume('--window', window, '--bits', '16')).toMatchObject({ status: 0 });

    // The config of a run is all that is needed to run the same again.
    const again = train('reading-c', 2, ...data, '--config', at('reading-a', 'config.json'));
    expect(await run(...again)).toMatchObject({ status: 0 });
    expect(await readingIn('reading-c')).toEqual(await readingIn('reading-a'));
  });

  it('takes the reading options of a run that did not keep them, and names a file that keeps no such', async () => {
    const file = at('older', 'config.json');
    const resume = (steps: number, ...flags: string[]) => run(...train('older', steps, '--resume', ...flags));
    await run(...train('older', 1));
    const { reading: _, ...older } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(older));
    expect(await resume(2, '--bits', '12')).toMatchObject({ status: 0 });
    expect(JSON.parse(await readFile(file, 'utf8')).reading).toEqual({ bits: 12 });
    for (const reading of [
      null,
      [],
      { bits: 17 },
      { bits: '12' },
      { window: 'none' },
      { window: { centre: 1 } },
    ]) {
      await writeFile(file, JSON.stringify({ ...older, reading }));
      expect(await resume(3)).toMatchObject({
        status: 2,
        err: expect.stringContaining('config.json: its "reading" does not say bits (1 to 16) and a window'),
      });
    }
  });

  it('keeps to the settings of a run that has no checkpoint yet', async () => {
    await run(...train('killed', 1));
    await rm(at('killed', 'checkpoint'), { recursive: true });
    const other = await run(...train('killed', 2, '--resume', '--width', '2'));
    expect(other).toMatchObject({ status: 2, err: expect.stringContaining('started with width 1, not 2') });
    const bare = ['train', '--data', at('data'), '--out', at('killed'), '--steps', '1', '--resume'];
    expect(await run(...bare, '--backend', 'wasm', '--sample-every', '0')).toMatchObject({ status: 0 });
    const { config } = JSON.parse(await readFile(at('killed', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ size: 32, width: 1, latentDim: 8, seed: 3 });
  });

  it('will not write over a run unless asked to resume it', async () => {
    await run(...train('b', 1));
    expect(await run(...train('b', 2))).toMatchObject({
      status: 2,
      err: expect.stringContaining(`${at('b')} has a run of 1 steps: give --resume, or another --out`),
    });
    const resumed = await run(...train('b', 2, '--resume'));
    expect(resumed).toMatchObject({ status: 0, err: expect.stringContaining('8 images, steps 1 to 2') });
    // A torn line, as a killed run leaves it, and lines of steps that run again.
    await appendFile(at('b', 'log.jsonl'), '{"type":"step","step":7}\n{"type":"step","step":1,"lo');
    expect(await run(...train('b', 3, '--resume'))).toMatchObject({ status: 0 });
    expect((await readLog('b')).filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([
      1, 2, 3,
    ]);
    const other = await run(...train('b', 4, '--resume', '--width', '2'));
    expect(other).toMatchObject({ status: 2, err: expect.stringContaining('(the run to resume has 1)') });
  });
});
