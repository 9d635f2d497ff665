import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, UsageError } from '@cxr/cli';
import { encodePng, phantom, phantoms } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import { loadGenerator } from '@cxr/dcgan/node';
import { randomWeights } from '@cxr/fid';
import { CxrFileError } from '@cxr/image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRunFlags, optionsOf, type RunFlags } from '../src/options.js';
import { type RunHooks, run } from '../src/run.js';
import type { LogLine } from '../src/training.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-end-to-end-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const weights = randomWeights(1);
const chest = phantom({ seed: 1, size: 32 });
const quiet = (signal = new AbortController().signal): RunHooks => ({
  onProgress: () => {},
  onMessage: () => {},
  signal,
  weights,
});
const SMALL = '--size 32 --width 4 --batch-size 8 --steps 6 --samples 16';
const options = (out: string, ...more: string[]) =>
  optionsOf(
    addRunFlags(new Command())
      .parse(`${SMALL} --out ${out}`.split(' ').concat(more), { from: 'user' })
      .opts<RunFlags>(),
  );
const readLog = (out: string) =>
  readFileSync(join(out, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);

describe('the main job', () => {
  it('leaves everything the contract names, and a score with what it is read beside', async () => {
    const out = join(folder, 'whole');
    const { metrics } = await run(options(out), quiet());
    expect(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'))).toEqual(metrics);
    for (const key of ['score', 'floor', 'untrained', 'test'] as const) {
      expect(metrics[key]!.fid).toBeGreaterThan(0);
      expect(metrics[key]).toMatchObject({ dims: 64, resize: 'pil299', weights: { kind: 'random' } });
    }
    expect(metrics.floor).toMatchObject({ n1: 128, n2: 128 });
    expect(metrics.score).toMatchObject({ n1: 256, n2: 16 });
    // What is compared is compared by equal numbers: as many fakes as other reals, against the same half.
    const { matched } = metrics;
    for (const one of Object.values(matched!)) expect(one).toMatchObject({ n1: 128, n2: 16 });
    expect(Object.keys(matched!)).toEqual(['fakes', 'reals', 'untrained', 'test']);
    expect(matched!.reals.fid).toBeLessThan(matched!.untrained.fid);
    // The same numbers again with every other metric, beside what held-out images of that size have.
    const { compared, lattice } = metrics;
    expect(compared!.fakes).toMatchObject({ n: 16, fid: metrics.score!.fid });
    expect(compared!.ceiling).toMatchObject({ n: 256, fid: metrics.test!.fid });
    expect(compared!.ceiling!.coverage).toBeGreaterThan(compared!.fakes.coverage);
    expect(compared!.fakes.meanShare).toBeCloseTo(compared!.fakes.meanTerm / compared!.fakes.fid, 12);
    for (const set of [lattice!.reals, lattice!.fakes])
      expect(set.map(({ frequency }) => frequency)).toEqual([16, 8]);
    // Two halves of one set are nearer to each other than noise is to either.
    expect(metrics.floor!.fid).toBeLessThan(metrics.untrained!.fid);
    expect(metrics).toMatchObject({ seed: 1, interrupted: false, train: { steps: 6 } });
    expect(readLog(out).map((line) => line.step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readdirSync(join(out, 'samples'))).toHaveLength(16);
    expect(readdirSync(join(out, 'grids')).length).toBeGreaterThanOrEqual(3);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html).toContain(metrics.score!.fid.toPrecision(4));
    expect(html).toContain('16 fakes are');
    expect(html).toContain(matched!.fakes.fid.toPrecision(3));
    expect(html).toContain(`<th>ceiling</th><td>256</td><td>${metrics.test!.fid.toFixed(3)}</td>`);
    expect(html).toContain('data:image/svg+xml;base64,');
    expect(html).not.toContain('not installed');
    expect(metrics.versions['@tensorflow/tfjs-core']).toMatch(/^4\.\d+\.\d+$/);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
  });

  it('an interruption leaves a loadable checkpoint and a report, and the run can be resumed to the same end', async () => {
    const out = join(folder, 'interrupted');
    const abort = new AbortController();
    const hooks = quiet(abort.signal);
    const onProgress: RunHooks['onProgress'] = ({ phase, done }) => {
      if (phase === 'training' && done === 3) abort.abort();
    };
    const { metrics } = await run(options(out), { ...hooks, onProgress });
    expect(metrics).toMatchObject({ interrupted: true, train: { steps: 3 } });
    expect(metrics.score).toBeUndefined();
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('--resume');
    (await loadGenerator(out)).dispose();
    expect(existsSync(join(out, 'samples'))).toBe(false);

    const resumed = await run(options(out, '--resume'), quiet());
    expect(readLog(out).map((line) => line.step)).toEqual([1, 2, 3, 4, 5, 6]);
    const whole = JSON.parse(readFileSync(join(folder, 'whole', 'metrics.json'), 'utf8'));
    expect(resumed.metrics.score!.fid).toBe(whole.score.fid);
  }, 120_000);
});

describe('on a folder of images', () => {
  const few = (out: string, ...more: string[]) =>
    options(join(folder, out), '--data', join(folder, 'data'), '--dims', '64', ...more);
  beforeAll(async () => {
    for (const { name, image } of phantoms({ count: 8, seed: 1, size: 32 })) {
      await writeFileAtomic(join(folder, 'data', name), encodePng(image));
    }
  });

  it('is not resumed with other images, or with images read in another way', async () => {
    const read = ['--bits', '12', '--window', '40,400'];
    await run(few('same', '--steps', '1', ...read), quiet());
    const out = join(folder, 'same');
    const resume = (...flags: string[]) => run(few('same', '--resume', '--steps', '2', ...flags), quiet());
    for (const [flags, message] of [
      [['--bits', '12'], '--window 40,400, not file'],
      [['--bits', '12', '--window', '40,401'], '--window 40,400, not 40,401'],
      [['--window', '40,400'], '--bits 12, not 16'],
      [[...read, '--class', 'NORMAL'], '--class none, not NORMAL'],
    ] as const)
      await expect(resume(...flags)).rejects.toThrow(new UsageError(`${out} holds a run with ${message}`));
    const phantoms = run(options(out, '--resume', '--steps', '2'), quiet());
    await expect(phantoms).rejects.toThrow(`${out} holds a run with images of --data, not phantoms`);
    expect((await resume(...read)).metrics.train.steps).toBe(2);
  });

  it('begins anew where it was killed before its first checkpoint', async () => {
    const out = join(folder, 'killed');
    const flags = ['--steps', '8', '--score-every', '1'];
    const killed = quiet();
    const onProgress: RunHooks['onProgress'] = ({ phase, done }) => {
      if (phase === 'training' && done === 3) throw new Error('killed');
    };
    await expect(run(few('killed', ...flags), { ...killed, onProgress })).rejects.toThrow('killed');
    expect(readdirSync(out).sort()).toEqual(['best', 'grids', 'log.jsonl', 'scores.jsonl', 'settings.json']);
    await expect(run(few('killed', ...flags), quiet())).rejects.toThrow('holds a run: go on with --resume');
    const other = run(few('killed', ...flags, '--resume', '--seed', '2'), quiet());
    await expect(other).rejects.toThrow(new UsageError(`${out} holds a run with --seed 1, not 2`));
    // Of steps that run again nothing is kept, also where other steps are drawn now.
    await writeFileAtomic(join(out, 'grids', 'step-000003.png'), 'old');
    const lines: string[] = [];
    const onMessage = (line: string) => lines.push(line);
    const { metrics } = await run(few('killed', '--resume', '--steps', '4'), { ...quiet(), onMessage });
    expect(lines).toContain(`${out} has no checkpoint yet: the run begins anew`);
    expect(readLog(out).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(metrics.curve).toBeUndefined();
    expect(existsSync(join(out, 'best'))).toBe(false);
    expect(readFileSync(join(out, 'grids', 'step-000003.png'), 'latin1')).not.toBe('old');
  });

  it('is no run while its options or images are at fault', async () => {
    const data = join(folder, 'some');
    for (const name of ['1', '2', '3']) await writeFileAtomic(join(data, `${name}.png`), encodePng(chest));
    await writeFileAtomic(join(data, '4.png'), 'no picture');
    const flags = ['--data', data, '--dims', '64'];
    const out = join(folder, 'mended');
    await expect(run(options(out, ...flags), quiet())).rejects.toBeInstanceOf(CxrFileError);
    await writeFileAtomic(join(data, '4.png'), encodePng(chest));
    // Four images are enough, and few for everything.
    expect((await run(options(out, ...flags), quiet())).metrics.floor).toMatchObject({ n1: 2, n2: 2 });
  });

  it('is not resumed with other networks, also one without settings', async () => {
    const out = join(folder, 'settings');
    await run(few('settings', '--steps', '1'), quiet());
    const resume = (...flags: string[]) =>
      run(few('settings', '--resume', '--steps', '2', ...flags), quiet());
    for (const [flags, message] of [
      [['--size', '64'], '--size 32, not 64'],
      [['--ema', '0.5'], '--ema 0.998, not 0.5'],
      [['--no-diff-augment'], '--diff-augment on, not off'],
    ] as const)
      await expect(resume(...flags)).rejects.toThrow(new UsageError(`${out} holds a run with ${message}`));
    rmSync(join(out, 'settings.json'));
    await expect(resume('--seed', '2')).rejects.toThrow(
      new UsageError('invalid seed: 2 (the run to resume has 1)'),
    );
    expect(existsSync(join(out, 'settings.json'))).toBe(false);
  });

  it('has the samples of its last score alone', async () => {
    const out = join(folder, 'samples');
    const mine = join(out, 'samples', 'mine.png');
    await run(few('samples', '--steps', '1'), quiet());
    await writeFileAtomic(mine, encodePng(chest));
    const resume = (...flags: string[]) => few('samples', '--resume', ...flags);
    const { metrics } = await run(resume('--steps', '2', '--samples', '4'), quiet());
    expect(metrics.score!.n2).toBe(4);
    expect(readdirSync(join(out, 'samples'))).toEqual([
      'mine.png',
      ...[0, 1, 2, 3].map((i) => `sample-0000${i}.png`),
    ]);
    const abort = new AbortController();
    const onProgress: RunHooks['onProgress'] = ({ phase, done }) => {
      if (phase === 'training' && done === 3) abort.abort();
    };
    await run(resume('--steps', '4'), { ...quiet(abort.signal), onProgress });
    expect(readdirSync(join(out, 'samples'))).toEqual(['mine.png']);
  });

  it('keeps one curve of scores that compare, and is scored anew otherwise', async () => {
    const out = join(folder, 'compared');
    await run(few('compared', '--steps', '1'), quiet());
    const resume = (steps: string, ...flags: string[]) =>
      few('compared', '--resume', '--steps', steps, '--score-every', '1', ...flags);
    const first = await run(resume('2', '--dims', '192'), quiet());
    expect(first.metrics.score!.dims).toBe(192);
    for (const [flags, message] of [
      [['--dims', '64'], '--dims 192, not 64'],
      [['--dims', '192', '--samples', '8'], '--samples 16, not 8'],
    ] as const)
      await expect(run(resume('3', ...flags), quiet())).rejects.toThrow(
        new UsageError(`${out} holds a run with scores of ${message}`),
      );
    const others = { ...weights, sha256: 'f'.repeat(64) };
    await expect(run(resume('3', '--dims', '192'), { ...quiet(), weights: others })).rejects.toThrow(
      `scores of --weights random, not ${'f'.repeat(12)}`,
    );
    const { metrics } = await run(resume('3', '--dims', '192'), quiet());
    expect(metrics.curve!.map(({ step }) => step)).toEqual([2, 3]);
  });

  it('is resumed time and again, also where a line of its logs is torn', async () => {
    const out = join(folder, 'torn');
    for (const steps of ['2', '4', '6']) {
      const flags = ['--steps', steps, '--score-every', '2', ...(steps === '2' ? [] : ['--resume'])];
      const { metrics } = await run(few('torn', ...flags), quiet());
      expect(metrics.curve!.map(({ step }) => step)).toEqual(
        [2, 4, 6].filter((step) => step <= Number(steps)),
      );
      expect(readLog(out).map(({ step }) => step)).toEqual(
        Array.from({ length: Number(steps) }, (_, i) => i + 1),
      );
      for (const name of ['log.jsonl', 'scores.jsonl']) {
        appendFileSync(join(out, name), '{"step":7,"lossD":{"a":1}');
      }
    }
  });

  it('is not disturbed by a second run into its folder', async () => {
    const out = join(folder, 'shared');
    const both = await Promise.allSettled([run(few('shared'), quiet()), run(few('shared'), quiet())]);
    const failed = both.filter(({ status }) => status === 'rejected');
    expect(failed).toMatchObject([{ reason: { code: 'locked', file: join(out, '.cxr-lock') } }]);
    expect(readLog(out).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('scores while it trains where asked to, draws the curve and keeps the best state', async () => {
    const { metrics } = await run(few('curve', '--score-every', '4'), quiet());
    const curve = metrics.curve!;
    expect(curve.map(({ step }) => step)).toEqual([4, 6]);
    // The last one is the run's score: the same fakes of the same generator.
    expect(curve[1]!.fid).toBe(metrics.score!.fid);
    const best = curve[0]!.fid <= curve[1]!.fid ? 'step-00000004' : 'step-00000006';
    expect(readdirSync(join(folder, 'curve', 'best'))).toEqual([best]);
    const html = readFileSync(join(folder, 'curve', 'report.html'), 'utf8');
    expect(html).toContain('The distance, as training went on');
  });

  it('grows from a run of half the size and twice the width', async () => {
    const from = join(folder, 'curve');
    const grown = few('grown', '--size', '64', '--width', '2', '--steps', '1', '--grow-from', from);
    expect((await run(grown, quiet())).metrics.train.steps).toBe(1);
    const other = few('other', '--preset', 'paper', '--grow-from', from);
    await expect(run(other, quiet())).rejects.toMatchObject({ code: 'mismatch' });
  });
});

it('refuses bad input before it trains', async () => {
  const attempt = (...flags: string[]) => run(options(join(folder, 'bad'), ...flags), quiet());
  await expect(attempt('--data', join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'not-found' });
  await expect(attempt('--data', join(folder, 'whole', 'checkpoint'))).rejects.toMatchObject({
    code: 'empty',
  });
  const samples = join(folder, 'whole', 'samples');
  await expect(attempt('--data', samples, '--test-data', samples)).rejects.toThrow(/overlaps/);
});
