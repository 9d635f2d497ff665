import { describe, expect, it } from 'vitest';
import type { Metrics, Score } from '../src/metrics.js';
import { inWords, renderReport } from '../src/report.js';

const score = (fid: number, n1: number, n2: number): Score => ({
  ...{ fid, n1, n2, dims: 64, resize: 'pil299', engine: 'tfjs' },
  weights: { file: 'w.pth', sha256: 'abc', kind: 'torch' },
  seconds: { features: 1, distance: 1, total: 2 },
});
const metrics: Metrics = {
  score: score(0.12345, 100, 40),
  floor: score(0.02, 50, 50),
  untrained: score(7.777, 100, 40),
  test: score(0.05, 100, 20),
  matched: {
    fakes: score(0.25, 50, 30),
    reals: score(0.1, 50, 30),
    untrained: score(7, 50, 30),
    test: score(0.15, 50, 30),
  },
  train: { steps: 12, seconds_per_step: 0.12345, backend: 'wasm' },
  data: { description: '100 X-rays of <nobody>', count: 100 },
  weights: { file: 'w.pth', sha256: 'abc', kind: 'torch' },
  seed: 1,
  interrupted: false,
  notes: ['a note & more'],
  options: { size: 64, ema: undefined },
  versions: { node: '20' },
};
const png = new Uint8Array(4);
const grids = Array.from({ length: 11 }, (_, i) => ({ step: 10 * i, png }));
const steps = [1, 2].map((step) => ({ step, lossD: 1, lossG: 2 }));
const page = (more: Partial<Metrics> = {}) =>
  renderReport({
    metrics: { ...metrics, ...more },
    steps,
    grids,
    reals: png,
    fakes: png,
    pretrained: png,
    spectra: undefined,
  });

describe('the score in words', () => {
  it('compares by equal numbers', () => {
    expect(inWords(metrics)).toBe(
      'The Fréchet distance of 40 fakes to 100 training images is 0.1235 (dims 64, resize pil299, engine tfjs); ' +
        'before training it was 7.78. By equal numbers: 30 fakes are 0.250 from 50 training images, ' +
        '30 other training images 0.100. So the fakes are 2.5 times as far from real images as real images are from each other.',
    );
  });

  it.each(['score', 'untrained', 'matched'] as const)('of a run without %s says how to go on', (key) => {
    expect(inWords({ ...metrics, [key]: undefined })).toMatch(/^This run was interrupted.*--resume\.$/);
  });
});

describe('the report', () => {
  it('puts the smallest distance first, with the fakes marked', () => {
    const html = page();
    const labels = [
      'other training images',
      'images never trained on',
      'fakes of this run',
      'fakes before training',
    ];
    const places = labels.map((label) => html.lastIndexOf(`>${label}<`));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(html).toContain('Each bar: 30 images against the same 50 training images');
    const { test: _, ...matched } = metrics.matched!;
    expect(page({ matched })).not.toContain('images never trained on');
  });

  it('shows at most six grids, the first and the last among them', () => {
    const shown = [...page().matchAll(/<figcaption>step (\d+)</g)].map(([, step]) => Number(step));
    expect(shown).toEqual([0, 20, 40, 60, 80, 100]);
    expect(page()).toContain('Fake, after 12 steps');
  });

  it('lists what the numbers depend on, and no option that was not given', () => {
    const html = page();
    for (const text of [
      '100 X-rays of &#60;nobody&#62;',
      '12, 0.123 s each',
      'torch, w.pth',
      'option size',
      'version of node',
      'a note &#38; more',
    ]) {
      expect(html).toContain(text);
    }
    expect(html).not.toContain('option ema');
    expect(page({ weights: undefined })).toContain('not used');
    expect(page({ weights: { file: null, sha256: null, kind: 'random' } })).toContain('random, no file');
  });

  it('draws the curve only if there is one', () => {
    expect(page()).not.toContain('The distance, as training went on');
    expect(page({ curve: [{ step: 4, fid: 1 }] })).toContain('The distance, as training went on');
  });
});
