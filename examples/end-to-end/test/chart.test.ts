import { describe, expect, it } from 'vitest';
import { escapeHtml, ladder, lineChart, thin } from '../src/chart.js';

describe('lineChart', () => {
  it('keeps every point inside the picture, and leaves out what is not finite', () => {
    const points = [
      [0, 5],
      [1, Number.NaN],
      [2, -3],
      [3, 1e3],
    ] as const;
    const svg = lineChart([{ label: 'a<b', color: '#000', points }], 'step', 'loss');
    const drawn = svg
      .match(/points="([^"]+)"/)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number));
    expect(drawn).toHaveLength(3);
    for (const [x, y] of drawn) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1000);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(1000);
    }
    expect(svg).toContain('a&#60;b');
  });

  it('says so when there is nothing to draw', () => {
    expect(lineChart([], 'step', 'loss')).toBe('<p>Nothing to draw yet.</p>');
  });
});

describe('thin', () => {
  it('averages neighbours down to the limit and keeps the mean', () => {
    const points = Array.from({ length: 1000 }, (_, i) => [i, i % 2] as const);
    const out = thin(points, 100);
    expect(out).toHaveLength(100);
    expect(out[0]).toEqual([4.5, 0.5]);
  });
});

describe('ladder', () => {
  it('puts the smallest distance first and draws longer bars for larger ones', () => {
    const html = ladder([
      { label: 'far', value: 7 },
      { label: 'near', value: 0.04, main: true },
    ]);
    expect(html.indexOf('near')).toBeLessThan(html.indexOf('far'));
    const widths = [...html.matchAll(/width: ([\d.]+)%/g)].map((match) => Number(match[1]));
    // 0.04 and 7 of the decades from 0.01 to 10: log10(4) / 3 and log10(700) / 3.
    expect(widths).toEqual([20.1, 94.8]);
    expect(html).toMatch(/class="row main"><div class="name">near</);
  });
});

it('escapes what HTML would read as markup', () => {
  expect(escapeHtml(`<a href="x">&'`)).toBe('&#60;a href=&#34;x&#34;&#62;&#38;&#39;');
});
