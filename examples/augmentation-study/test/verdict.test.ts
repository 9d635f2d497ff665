import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../src/evaluate.js';
import { renderStudy, summaryOf } from '../src/report/render.js';
import type { StudyMetrics } from '../src/results.js';

describe('the verdict', () => {
  it('is a difference only where the interval leaves out 0', () => {
    expect(verdictOf({ value: 0.021, low: 0.004, high: 0.038 })).toBe(
      'better by 2.1 points of AUC (at least 0.4)',
    );
    expect(verdictOf({ value: -0.03, low: -0.05, high: -0.01 })).toBe(
      'worse by 3.0 points of AUC (at least 1.0)',
    );
    expect(verdictOf({ value: 0.021, low: -0.001, high: 0.043 })).toBe(
      'no measurable difference (between −0.1 and +4.3 points of AUC)',
    );
    expect(verdictOf({ value: 0, low: 0, high: 0 })).toContain('no measurable difference');
  });

  it('is summed up arm by arm, also where it speaks against the arm', () => {
    const one = (arm: string, verdict: string) => ({ arm, verdict });
    const differences = [
      one('classic', 'better by 1.0 points'),
      one('classic', 'no measurable difference'),
      one('dcgan', 'worse by 2.0 points'),
      one('dcgan', 'no measurable difference'),
      one('reweight', 'no measurable difference'),
    ];
    const lines = summaryOf({ differences, comparisons: 5 } as unknown as StudyMetrics);
    expect(lines).toEqual([
      'Classic augmentation: better than nothing added in 1 of 2 comparisons, worse in 0, and no measurable difference in 1.',
      'DCGAN images: better than nothing added in 0 of 2 comparisons, worse in 1, and no measurable difference in 1.',
      'Re-weighted loss: no measurable difference to nothing added, in any of 1 comparisons.',
      expect.stringContaining('The 5 comparisons are judged together'),
    ]);
  });
});

describe('the report', () => {
  const file = new URL('../results/good-fakes/metrics.json', import.meta.url);
  const metrics = JSON.parse(readFileSync(file, 'utf8')) as StudyMetrics;
  const leadOf = (unknownPatients: number) => {
    const separation = { ...metrics.traps.separation, unknownPatients };
    const html = renderStudy(
      { ...metrics, traps: { ...metrics.traps, separation } },
      { quiz: undefined, fakes: [] },
    );
    return /<p class="lead">(.*)<\/p>/.exec(html)![1]!;
  };

  it('says that the test images are of other patients as far as that is known', () => {
    expect(leadOf(0)).toContain('PNEUMONIA of other patients. The');
    expect(leadOf(7)).toContain(
      'of other patients, as far as they are known: of 7 images the patient is not. The',
    );
    const { train, test } = metrics.counts;
    const all = [...train, ...test].reduce((sum, count) => sum + count, 0);
    expect(leadOf(all)).toContain('that are other images; which patients they are of is not known. The');
  });
});
