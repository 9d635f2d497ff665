import { describe, expect, it } from 'vitest';
import { bars } from '../src/index.js';

const widths = (html: string) =>
  [...html.matchAll(/<b style="width: ([\d.]+)%"/g)].map((match) => Number(match[1]));

describe('bars', () => {
  it('draws decades on a logarithmic scale, in the order given', () => {
    const html = bars([
      { label: 'near', value: 0.04, main: true },
      { label: 'far', value: 7 },
    ]);
    // 0.04 and 7 of the decades from 0.01 to 10: log10(4) / 3 and log10(700) / 3.
    expect(widths(html)).toEqual([20.1, 94.8]);
    expect(html).toMatch(/class="row main"><span>near<\/span>/);
    expect(html).toContain('<span>0.04</span>');
  });

  it('draws from zero with `max`, and to the largest value where that is larger', () => {
    const rows = [
      { label: 'a', value: 0.25 },
      { label: 'b', value: -1 },
    ];
    expect(widths(bars(rows, { max: 1 }))).toEqual([25, 0]);
    expect(
      widths(
        bars(
          [
            { label: 'a', value: 1 },
            { label: 'b', value: 4 },
          ],
          { max: 2 },
        ),
      ),
    ).toEqual([25, 100]);
  });

  it('crosses every row with a line at `mark`', () => {
    const html = bars(
      [
        { label: 'a', value: 1 },
        { label: 'b', value: 2 },
      ],
      { max: 4, mark: 3 },
    );
    expect(html.match(/<i style="left: 75%">/g)).toHaveLength(2);
  });

  it('gives what is not finite, and zero on a logarithmic scale, no length', () => {
    expect(
      widths(
        bars([
          { label: 'a', value: Number.NaN },
          { label: 'b', value: 0 },
          { label: 'c', value: 5 },
        ]),
      ),
    ).toEqual([0, 0, 69.9]);
    expect(widths(bars([{ label: 'a', value: 0 }]))).toEqual([0]);
    expect(widths(bars([{ label: 'a', value: 0 }], { max: 0 }))).toEqual([0]);
  });

  it('shows a text of the caller, escaped', () => {
    expect(bars([{ label: '<a>', value: 1, text: '1 & 2' }])).toContain('<span>1 &#38; 2</span>');
  });
});
