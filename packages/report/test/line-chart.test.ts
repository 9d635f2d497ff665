import { describe, expect, it } from 'vitest';
import { lineChart } from '../src/index.js';

function drawnPoints(html: string): number[][] {
  return html
    .match(/points="([^"]+)"/)![1]!
    .split(' ')
    .map((pair) => pair.split(',').map(Number));
}

describe('lineChart', () => {
  it('draws each point at its place, and leaves out what is not finite', () => {
    const points = [
      [0, 5],
      [1, Number.NaN],
      [2, -3],
      [4, 10],
      [Number.POSITIVE_INFINITY, 1],
    ] as const;
    // x from 0 to 4; y from -4 (a round step below -3) to 10, upwards.
    const y = (value: number) => Number((1000 - ((value + 5) / 15) * 1000).toFixed(1));
    expect(drawnPoints(lineChart([{ label: 'a', points }], 'step', 'loss'))).toEqual([
      [0, y(5)],
      [500, y(-3)],
      [1000, y(10)],
    ]);
  });

  it('averages neighbours of a long line', () => {
    const points = Array.from({ length: 900 }, (_, i) => [i, i % 3] as const);
    const drawn = drawnPoints(lineChart([{ label: 'a', points }], 'step', 'loss'));
    expect(drawn).toHaveLength(300);
    // Means of 0, 1, 2 are all 1, the top of the axis.
    expect(new Set(drawn.map(([, value]) => value))).toEqual(new Set([0]));
  });

  it('draws a single point, and values that are all below zero', () => {
    // Twice the same: a line of one place is drawn only with round ends.
    const single = lineChart([{ label: 'a', points: [[3, 0]] }], 'x', 'y');
    expect(drawnPoints(single)).toEqual([
      [0, 1000],
      [0, 1000],
    ]);
    expect(single).toContain('stroke-width="6" stroke-linecap="round"');
    expect(
      lineChart(
        [
          {
            label: 'a',
            points: [
              [0, -2],
              [1, -1],
            ],
          },
        ],
        'x',
        'y',
      ),
    ).toContain('>0</span>');
  });

  it('labels a narrow range of large numbers with all digits', () => {
    const points = [0, 2, 4, 8].map((i) => [1_000_000 + i, 1] as const);
    const html = lineChart([{ label: 'a', points }], 'step', 'loss');
    const labels = [...html.matchAll(/class="x(?: even)?"[^>]*>(\d+)</g)].map((match) => match[1]);
    expect(labels).toEqual(Array.from({ length: 9 }, (_, i) => String(1_000_000 + i)));
  });

  it('escapes labels and gives each line a colour of its own', () => {
    const one = { points: [[0, 1]] as const };
    const html = lineChart(
      [
        { ...one, label: 'a<b' },
        { ...one, label: 'c' },
      ],
      'step',
      'loss',
    );
    expect(html).toContain('a&#60;b');
    expect([...html.matchAll(/stroke: (var\(--\w+\))/g)].map((match) => match[1])).toEqual([
      'var(--one)',
      'var(--two)',
    ]);
  });

  it('says so when there is nothing to draw', () => {
    expect(lineChart([], 'step', 'loss')).toBe('<p>Nothing to draw yet.</p>');
  });
});
