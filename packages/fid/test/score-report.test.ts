import { Statistics } from '@cxr/fid';
import type { PathsReport, Sensitivity } from '@cxr/fid/node';
import { describe, expect, it } from 'vitest';
import { type Explanation, explain, scoreJson, warningsOf, weightsJson } from '../src/cli/score-report.js';
import { sensitivityPage } from '../src/cli/sensitivity-page.js';
import { syntheticActivations } from './shared.js';

const torch = { kind: 'torch', file: '/weights/pt.pth', sha256: '0123456789abcdef0123' } as never;
const random = { kind: 'random' } as never;

/** A report of paths of so many images and 4 dims; 0 stands for statistics whose number is not known. */
function reportOf(counts: number[], more: Partial<PathsReport> = {}): PathsReport {
  const paths = counts.map((count, i) => {
    const known = Statistics.of(syntheticActivations(count || 9, 4, i));
    const statistics = count > 0 ? known : Statistics.fromMoments({ mu: known.mu, sigma: known.sigma });
    return { path: `path${i}`, statistics, names: [], activations: undefined, sample: undefined };
  });
  const engine = { name: 'stripes', device: 'here' };
  const seconds = { features: 2, engine: 1.5 };
  return {
    dims: 4,
    resize: 'pil299',
    paths,
    engine,
    weights: torch,
    skipped: 0,
    seconds,
    ...more,
  } as PathsReport;
}

describe('warningsOf', () => {
  const few = (i: number, n: number) =>
    expect.stringMatching(new RegExp(`^path${i} has ${n} images for 4 dims: `));

  it('warns of no more images than dims, in the two paths that are compared', () => {
    expect(warningsOf(reportOf([5, 5]))).toEqual([]);
    expect(warningsOf(reportOf([4, 5]))).toEqual([few(0, 4)]);
    expect(warningsOf(reportOf([3, 4]))).toEqual([few(0, 3), few(1, 4)]);
    // Folders of classes come after them, and are small by nature.
    expect(warningsOf(reportOf([5, 5, 3]))).toEqual([]);
    expect(warningsOf(reportOf([0, 0]))).toEqual([]);
  });

  it('warns of a ceiling of fewer images than there are fakes', () => {
    expect(warningsOf(reportOf([5, 6]), { n: 5 })).toEqual([
      'the ceiling is of 5 images and the FID of 6: fewer images score higher, so hold out as many as there are fakes',
    ]);
    expect(warningsOf(reportOf([5, 6]), { n: 6 })).toEqual([]);
    expect(warningsOf(reportOf([5, 0]), { n: 6 })).toEqual([]);
  });

  it('warns of random weights, and of no others', () => {
    expect(warningsOf(reportOf([5, 5], { weights: random }))).toEqual([
      'the weights are random: this is not an FID, and cannot be compared with any',
    ]);
    expect(warningsOf(reportOf([5, 5], { weights: undefined }))).toEqual([]);
  });
});

describe('explain', () => {
  const terms = { fid: 2, meanTerm: 0.5, meanShare: 0.25 };
  const plain = { terms, floor: null, ceiling: undefined, against: [], warnings: [] };
  function notes(explanation: Partial<Explanation> & { report: PathsReport }): string[] {
    const lines: string[] = [];
    explain({ ...plain, ...explanation }, { note: (line: string) => void lines.push(line) } as never);
    return lines;
  }
  const share = '25 % of the FID is the difference of the means';

  it('says what scores are comparable with this one', () => {
    const context = '4 dims, 5 against 6 images, resize pil299, weights pt.pth, sha256 0123456789abcdef…';
    expect(notes({ report: reportOf([5, 6]) })).toEqual([
      context,
      'engine stripes (here), busy 75 % of 2.0 s',
      share,
    ]);
    expect(notes({ report: reportOf([5, 0], { weights: undefined, engine: undefined }) })).toEqual([
      '4 dims, 5 against an unknown number of images',
      share,
    ]);
    expect(notes({ report: reportOf([5, 6], { weights: random }) })[0]).toBe(
      '4 dims, 5 against 6 images, resize pil299, weights random',
    );
  });

  it('says what else was computed, what was left out and the warnings, in this order', () => {
    const report = reportOf([5, 6], { skipped: 2, engine: undefined });
    const all = {
      report,
      floor: { fid: 1.23456, low: 0.98765, high: 1.5, n: 2, splits: 9 } as never,
      ceiling: { ...terms, fid: 3.23456, size: 64, n: 7, kid: { mean: 1 } },
      against: [{ name: 'NORMAL', n: 8, fid1: 1.00001, fid2: 22.2222 }],
      warnings: ['beware'],
    };
    expect(notes(all).slice(1)).toEqual([
      '2 files could not be read and were left out',
      share,
      'noise floor 1.235 (0.988 to 1.50): halves of PATH1, 2 images, 9 splits',
      'ceiling 3.235: 7 held-out images at the fakes’ 64 × 64 pixels',
      'ceiling of kid: {"mean":1}',
      'NORMAL (8 images): 1.000 from PATH1, 22.22 from PATH2',
      'warning: beware',
    ]);
    expect(notes({ report: { ...report, skipped: 1 } })[1]).toBe(
      '1 file could not be read and were left out',
    );
  });

  it('says of each fake whether the FID without it would be lower or higher', () => {
    const worst = [0.0123, -0.00265].map((contribution, i) => ({ file: `${i}.png`, contribution }));
    expect(notes({ report: reportOf([5, 6]), worst: worst as never }).slice(-2)).toEqual([
      'without 0.png the FID would be 0.0123 lower',
      'without 1.png the FID would be 0.00265 higher',
    ]);
  });

  it('has the same as JSON, with null for what is not known and nothing for what was not asked', () => {
    const seconds = { distance: 1, total: 4 };
    const report = reportOf([5, 0]);
    expect(scoreJson({ ...plain, report }, { kid: 3 }, seconds)).toEqual({
      ...{ ...terms, dims: 4, resize: 'pil299', engine: 'stripes', device: 'here', n1: 5, n2: null, kid: 3 },
      weights: { file: '/weights/pt.pth', sha256: '0123456789abcdef0123', kind: 'torch' },
      ...{ floor: null, ceiling: undefined, classes: undefined, warnings: [], skipped: 0 },
      seconds: { features: 2, distance: 1, total: 4, engine: 1.5 },
    });
    const against = [{ name: 'a', n: 3, fid1: 1, fid2: 2 }];
    const files = reportOf([5, 6], { engine: undefined, weights: undefined, skipped: 1 });
    expect(scoreJson({ ...plain, report: files, against }, {}, seconds)).toMatchObject({
      ...{ engine: null, device: null, n2: 6, classes: against, skipped: 1 },
      weights: { file: null, sha256: null, kind: null },
    });
    expect(weightsJson(random)).toEqual({ file: null, sha256: null, kind: 'random' });
  });
});

describe('sensitivityPage', () => {
  const row = (name: string, fid: number) => ({
    ...{ name, fid, meanTerm: fid / 2, meanShare: 0.5, kid: 0.0015, precision: 0.75 },
    ...{ recall: 0.5, density: 1.25, coverage: 0.625, authPct: 61 },
  });
  const result = (more: object) =>
    ({
      ...{ dims: 64, resize: 'pil299', n1: 8, n2: 9, engine: { name: 'stripes', device: 'here' } },
      ...{ rows: [row('unchanged', 1.5), row('a <b> change', 2.5)], size: undefined, weights: undefined },
      ...more,
    }) as unknown as Sensitivity;

  it('names what the values depend on', () => {
    const bare = sensitivityPage(result({}));
    expect(bare).toContain('64 dims, engine stripes, resize pil299<');
    expect(bare).toContain(
      '<p>9 real images, changed in one way after the other, each time compared with 8 ',
    );
    const full = sensitivityPage(result({ size: 128, weights: torch }));
    expect(full).toMatch(/engine stripes, resize pil299, weights [^,<]+, sha256 0123456789abcdef…</);
    expect(full).toContain('9 real images, brought to 128 × 128 pixels first, changed');
  });

  it('says that random weights give no FID, and only then', () => {
    const warning = 'The weights are random: these are not FIDs.';
    expect(sensitivityPage(result({ weights: random }))).toContain(warning);
    for (const weights of [undefined, torch]) {
      const html = sensitivityPage(result({ weights }));
      expect(html).not.toContain(warning);
      // Nothing stands between the paragraph and the panels.
      expect(html).toMatch(/same numbers\.<\/p>\n<div class="panels">/);
    }
  });

  it('has a panel a metric and a row a change, as text without markup', () => {
    const html = sensitivityPage(result({}));
    expect(html.match(/<section><h3>/g)).toHaveLength(8);
    expect(html).toContain(
      'distance of the distributions; lower is nearer to the reals, on a logarithmic scale',
    );
    expect(html).toContain('share of the reals among the changed images; higher is nearer to the reals<');
    expect(html).not.toContain('<b>');
    const cells = [...html.matchAll(/<t[dh][^>]*>([^<]*)<\/t[dh]>/g)].map(([, text]) => text);
    expect(cells.slice(-9)).toEqual([
      ...['a &#60;b&#62; change', '2.500', '50 %', '1.50', '0.750', '0.500', '1.250', '0.625', '61'],
    ]);
  });
});
