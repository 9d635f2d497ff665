import { escapeHtml } from '../escape-html.js';
import type { Sensitivity, SensitivityRow } from '../node/sensitivity.js';
import { COLUMNS, type Column, cellText } from './sensitivity-columns.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d9dee5; --paper: #fff; --bar: #7d93ab; --base: #b3402a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b5; --line: #333c47; --paper: #14181d; --bar: #5f7690; --base: #ff8a6b; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1200px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin-bottom: .2rem; } h2 { font-size: 1.05rem; margin: 0; }
p { max-width: 70ch; } .soft { color: var(--soft); font-size: .85rem; margin: 0 0 .5rem; }
.panels { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); margin: 1.5rem 0; }
.rows { position: relative; display: grid; gap: 3px; font-size: .82rem; }
.row { display: grid; grid-template-columns: 9.5rem 1fr 3.6rem; gap: .6rem; align-items: center; line-height: 1.35; }
.track { position: relative; height: .95rem; background: color-mix(in srgb, var(--line) 45%, transparent); }
.fill { position: absolute; inset: 0 auto 0 0; min-width: 2px; background: var(--bar); } .mark { position: absolute; top: -3px; bottom: -3px; width: 2px; background: var(--base); }
.value { text-align: right; font-variant-numeric: tabular-nums; } .first { font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
td, th { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; } th:first-child { text-align: left; position: sticky; left: 0; background: var(--paper); font-weight: 500; }
thead th { color: var(--soft); font-weight: 500; } tbody tr:first-child td, tbody tr:first-child th { font-weight: 600; }
`;

/** The table and its picture as one HTML page without scripts: a panel a metric, a bar a change. */
export function sensitivityPage(result: Sensitivity): string {
  const { n1, n2, dims, resize, size, rows, engine, weights } = result;
  const fitted = size === undefined ? '' : `, brought to ${size} × ${size} pixels first`;
  const random =
    weights?.kind === 'random' ? '<p><strong>The weights are random: these are not FIDs.</strong></p>' : '';
  const facts = `${dims} dims, resize ${resize}, engine ${engine.name}${weights?.sha256 ? `, weights sha256 ${weights.sha256.slice(0, 16)}…` : ''}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What small changes do to every metric</title>
<style>${STYLE}</style>
</head>
<body>
<h1>What small changes do to every metric</h1>
<p>${n2} real images${fitted}, changed in one way after the other, each time compared with ${n1} unchanged real images. The red line
is the value without a change: what real images of other patients have. A metric that moves far beyond it sees the change; fakes with
the same fault lose as much.</p>
<p class="soft">${escapeHtml(facts)}. Values depend on the numbers of images: compare only tables of the same numbers.</p>
${random}
<div class="panels">
${COLUMNS.map((column) => panel(column, rows)).join('\n')}
</div>
<div class="scroll"><table>
<thead><tr><th></th>${COLUMNS.map(({ title }) => `<th>${escapeHtml(title)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(tableRow).join('\n')}
</tbody>
</table></div>
</body>
</html>
`;
}

function tableRow(row: SensitivityRow): string {
  const cells = COLUMNS.map((column) => `<td>${escapeHtml(cellText(column, row))}</td>`);
  return `<tr><th>${escapeHtml(row.name)}</th>${cells.join('')}</tr>`;
}

function panel(column: Column, rows: readonly SensitivityRow[]): string {
  const { key, title, better, meaning } = column;
  const share = scaleOf(column, rows);
  const base = share(rows[0]![key]);
  const bars = rows.map((row, i) => {
    const width = `width: ${share(row[key])}%`;
    return `<div class="row${i === 0 ? ' first' : ''}"><div>${escapeHtml(row.name)}</div><div class="track"><div class="fill" style="${width}"></div><div class="mark" style="left: ${base}%"></div></div><div class="value">${escapeHtml(cellText(column, row))}</div></div>`;
  });
  const scale = column.top === undefined ? ', on a logarithmic scale' : '';
  return `<section><h2>${escapeHtml(title)}</h2><p class="soft">${escapeHtml(`${meaning}; ${better} is nearer to the reals${scale}`)}</p><div class="rows">${bars.join('\n')}</div></section>`;
}

/** From a value to its place in percent of the panel's width. */
function scaleOf({ key, top }: Column, rows: readonly SensitivityRow[]): (value: number) => number {
  const values = rows.map((row) => row[key]);
  const clip = (value: number) => Math.round(1000 * Math.max(0, Math.min(1, value))) / 10;
  if (top !== undefined) {
    const max = Math.max(top, ...values) || 1;
    return (value) => clip(value / max);
  }
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return () => 0;
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive) * 1.0001));
  return (value) => clip(Math.log10(Math.max(value, low) / low) / Math.log10(high / low));
}
