import { escapeHtml } from './escape-html.js';

/** Facts as a table of two columns, name and value, as HTML for `page`. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): string {
  const lines = rows.map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table class="facts">\n${lines.join('\n')}\n</table>`;
}

/**
 * A table with a heading row, as HTML for `page`. The first cell of a row is its name. A table wider than the page scrolls, and
 * the names stay.
 */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heading.map((text) => `<th>${escapeHtml(text)}</th>`).join('');
  const lines = rows.map(([name = '', ...cells]) => {
    const rest = cells.map((text) => `<td>${escapeHtml(text)}</td>`).join('');
    return `<tr><th>${escapeHtml(name)}</th>${rest}</tr>`;
  });
  return `<div class="scroll"><table class="cells">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody></table></div>`;
}
