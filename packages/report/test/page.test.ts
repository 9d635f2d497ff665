import { describe, expect, it } from 'vitest';
import { escapeHtml, facts, page, picture, table } from '../src/index.js';

it('page escapes its title and lead, and keeps the body as it is', () => {
  const html = page({ title: 'a<b', lead: 'c&d', body: ['<h2>e</h2>', '<p>f</p>'], wide: true });
  expect(html).toContain('<title>a&#60;b</title>');
  expect(html).toContain('<p class="lead">c&#38;d</p>');
  expect(html).toContain('<body class="wide">');
  expect(html).toContain('<h2>e</h2>\n<p>f</p>');
  expect(page({ title: 'a', body: [] })).not.toMatch(/class="lead"|class="wide"|undefined/);
});

it('page needs nothing beside it: no script, no address', () => {
  expect(page({ title: 'a', body: [] })).not.toMatch(/<script|https?:|url\(/);
});

it('escapeHtml escapes what HTML would read as markup', () => {
  expect(escapeHtml(`<a href="x">&'`)).toBe('&#60;a href=&#34;x&#34;&#62;&#38;&#39;');
});

describe('tables', () => {
  it('facts has a row for each name', () => {
    expect(
      facts([
        ['a<', '1'],
        ['b', '2>'],
      ]),
    ).toContain('<tr><th>a&#60;</th><td>1</td></tr>\n<tr><th>b</th><td>2&#62;</td></tr>');
  });

  it('table has a heading, and names in front of the cells', () => {
    const html = table(['', 'FID'], [['fakes', '<1']]);
    expect(html).toContain('<thead><tr><th></th><th>FID</th></tr></thead>');
    expect(html).toContain('<tr><th>fakes</th><td>&#60;1</td></tr>');
  });
});

it('picture holds the bytes of a large file as they are', () => {
  const png = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 7) % 256);
  const html = picture(png, 'a "grid"');
  const base64 = html.match(/base64,([^"]+)"/)![1]!;
  expect(Buffer.from(base64, 'base64').equals(png)).toBe(true);
  expect(html).toContain('alt="a &#34;grid&#34;"');
});
