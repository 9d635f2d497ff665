import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomWeights } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scarcity } from '../src/data/scarce-subset.js';
import { optionsOf, type StudyFlags } from '../src/options.js';
import type { StudyMetrics } from '../src/results.js';
import { runStudy } from '../src/run-study.js';
import type { StudyHooks } from '../src/study-types.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cxr-study-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const quiet = (signal = new AbortController().signal): StudyHooks => ({
  onProgress: () => {},
  onMessage: () => {},
  signal,
});
const quick = (out: string, more: StudyFlags = {}) =>
  optionsOf({
    quick: true,
    out: join(folder, out),
    normals: [20],
    steps: 12,
    ganSteps: 6,
    threads: 1,
    resamples: 50,
    ...more,
  });
/** What does not depend on when a run was interrupted: all but times. */
const numbersOf = ({ runs, cells, differences, added, traps }: StudyMetrics) => ({
  runs: runs.map(({ seconds: _, ...rest }) => rest),
  cells,
  differences,
  added,
  traps,
});

describe('the quick study', () => {
  let metrics: StudyMetrics;
  beforeAll(async () => {
    ({ metrics } = await runStudy(quick('whole'), quiet()));
  }, 120_000);

  it('has every arm with every classifier, and each beside nothing added', () => {
    expect(metrics.cells.map(({ classifier, arm, runs }) => `${classifier} ${arm} ${runs}`)).toEqual(
      ['convnet-32', 'probe-64'].flatMap((classifier) =>
        ['none', 'reweight', 'classic', 'dcgan', 'both'].map((arm) => `${classifier} ${arm} 2`),
      ),
    );
    expect(metrics.differences).toHaveLength(8);
    expect(metrics.comparisons).toBe(8);
    for (const { metrics: values, verdict } of metrics.differences) {
      expect(values.auc.low).toBeLessThanOrEqual(values.auc.value);
      expect(values.auc.high).toBeGreaterThanOrEqual(values.auc.value);
      expect(verdict).toMatch(/^(better|worse|no measurable difference)/);
    }
    for (const { test } of metrics.runs) expect(test.auc).toBeGreaterThan(0.2);
  });

  it('gives all arms of a seed the same training images, and fills up the small class with fakes alone', () => {
    for (const { arm, trained, added, classifier } of metrics.runs) {
      expect(trained).toEqual(metrics.runs[0]!.trained);
      const [few, many] = trained as [number, number];
      const fakes = arm === 'dcgan' || arm === 'both' ? many - few : 0;
      const copies = classifier === 'probe-64' && (arm === 'classic' || arm === 'both') ? 1 : 0;
      expect(added).toEqual([fakes + copies * (few + fakes), copies * many]);
    }
  });

  it('scores what the arms add beside floor and ceiling', () => {
    expect(metrics.added.map(({ arm, className }) => `${arm} ${className}`)).toEqual([
      'classic HEALTHY',
      'dcgan HEALTHY',
    ]);
    const [classic, dcgan] = metrics.added;
    // After six steps a generator draws noise, and augmented X-rays are near their originals.
    expect(classic!.metrics.fid).toBeLessThan(dcgan!.metrics.fid);
    expect(dcgan!.ceiling.fid).toBeLessThan(dcgan!.metrics.fid);
    expect(classic!.toTrain.unauthenticPct).toBeGreaterThan(dcgan!.toTrain.unauthenticPct);
  });

  it('leaves a page without scripts or links, a score that the page itself keeps, and every verdict', () => {
    const html = readFileSync(join(folder, 'whole', 'report.html'), 'utf8');
    expect(html).not.toMatch(/<script|(src|href)="(?!data:)/);
    expect(html).toContain('no measurable difference');
    expect(html.match(/class="right"/g)!.length).toBe(16);
    for (const { verdict } of metrics.differences) expect(html).toContain(verdict.slice(0, 12));
  });

  it('is the same after interruptions at any place', async () => {
    const out = join(folder, 'killed');
    for (const at of [2, 30, 60, 90]) {
      const abort = new AbortController();
      let left = at;
      const hooks: StudyHooks = {
        ...quiet(abort.signal),
        onProgress: ({ phase }) => {
          if (phase === 'training' && --left === 0) abort.abort(new Error('stop'));
        },
      };
      await expect(runStudy(quick('killed'), hooks)).rejects.toThrow('stop');
      expect(existsSync(join(out, 'metrics.json'))).toBe(false);
      expect(existsSync(join(out, 'test-openings.jsonl'))).toBe(false);
    }
    expect(readdirSync(join(out, 'units')).length).toBeGreaterThan(2);
    const { metrics: resumed } = await runStudy(quick('killed'), quiet());
    expect(numbersOf(resumed)).toEqual(numbersOf(metrics));
    expect(resumed.testOpenings).toBe(1);
  }, 120_000);

  it('goes on with more seeds, says that the test split was opened again, and refuses other settings', async () => {
    const { metrics: more } = await runStudy(
      quick('whole', { seeds: 3, arms: ['reweight'], classifiers: ['convnet-32'] }),
      quiet(),
    );
    expect(more.testOpenings).toBe(2);
    expect(more.runs.map(({ seed, arm }) => `${seed} ${arm}`)).toEqual(
      [0, 1, 2].flatMap((seed) => [`${seed} none`, `${seed} reweight`]),
    );
    const before = metrics.runs.find(
      ({ seed, arm, classifier }) => seed === 1 && arm === 'reweight' && classifier === 'convnet-32',
    );
    expect(more.runs[3]).toEqual(before);
    await expect(runStudy(quick('whole', { steps: 13 }), quiet())).rejects.toThrow('steps was 12, now 13');
  }, 60_000);

  it('refuses other Inception weights where a probe was trained', async () => {
    const options = quick('weights', { seeds: 1, arms: ['reweight'], classifiers: ['probe-64'] });
    await runStudy(options, { ...quiet(), weights: randomWeights(1) });
    await expect(runStudy(options, { ...quiet(), weights: randomWeights(2) })).rejects.toThrow(
      /inception\.json: .*weights was "random-\w+", now "random-\w+"/,
    );
  }, 60_000);

  it('tells sets of as many runs apart, and leaves out sizes that are all images', async () => {
    const told: string[] = [];
    const sized = async (...normals: Scarcity[]) => {
      const options = quick('sizes', { seeds: 1, arms: ['reweight'], classifiers: ['convnet-32'], normals });
      const hooks = { ...quiet(), weights: null, onMessage: (line: string) => told.push(line) };
      return (await runStudy(options, hooks)).metrics;
    };
    expect((await sized(20)).testOpenings).toBe(1);
    expect((await sized(20)).testOpenings).toBe(1);
    const { testOpenings, cells } = await sized(30, 1000);
    expect(testOpenings).toBe(2);
    expect(cells.map(({ normals }) => normals)).toEqual([30, 30]);
    expect(told).toContain(
      '--normals 1000: the smallest class has 50 images to train on: left out, as no more than all',
    );
    await expect(sized(1000)).rejects.toThrow('has 50 images to train on; take fewer, or all');
  }, 60_000);

  it('without weights leaves the probe out and says why; without reals shows none', async () => {
    const options = quick('bare', { seeds: 1, reals: false, arms: ['dcgan'] });
    const { metrics: bare } = await runStudy(options, { ...quiet(), weights: null });
    expect(new Set(bare.cells.map(({ classifier }) => classifier))).toEqual(new Set(['convnet-32']));
    expect(bare.notes.join()).toContain('no Inception weights, so the probe');
    expect(bare.differences[0]!.metrics.auc.over).toBe('nothing');
    expect(bare.differences[0]!.verdict).toContain('of a single run');
    const html = readFileSync(join(folder, 'bare', 'report.html'), 'utf8');
    expect(html).not.toContain('class="quiz"');
    expect(html).toContain('Real X-rays are left out');
  }, 60_000);
});
