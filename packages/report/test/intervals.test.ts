import { intervals } from '@cxr/report';
import { describe, expect, it } from 'vitest';

describe('intervals', () => {
  it('draws each interval at its place on one scale that holds all of them and the mark', () => {
    const html = intervals([
      { label: 'a', value: 1, low: 0, high: 2 },
      { label: 'b', value: -1, low: -2, high: 0 },
    ]);
    expect(html).toContain('<u style="left: 50%; width: 50.0%"></u><s style="left: 75%"></s>');
    expect(html).toContain('<u style="left: 0%; width: 50.0%"></u><s style="left: 25%"></s>');
    expect(html.match(/<i style="left: 50%">/g)).toHaveLength(2);
    expect(html).toContain('<em>-2</em><em>2</em>');
  });

  it('cuts at a given range, escapes text, and shows values that are not finite as text', () => {
    const html = intervals(
      [
        { label: '<b>', value: 5, low: 0, high: 10 },
        { label: 'none', value: Number.NaN, low: 0, high: 1, text: 'unknown' },
      ],
      { range: [0, 5], mark: 2.5, caption: 'a & b' },
    );
    expect(html).toContain('<u style="left: 0%; width: 100.0%">');
    expect(html).toContain('&#60;b&#62;');
    expect(html).toContain('a &#38; b');
    expect(html).toContain('<div class="track"><i style="left: 50%"></i></div><span>unknown</span>');
  });

  it('draws nothing but the scale without rows', () => {
    expect(intervals([])).not.toContain('NaN');
  });
});
