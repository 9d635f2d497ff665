import { bars, escapeHtml, page, table } from '@cxr/report';
import type { Sensitivity, SensitivityRow } from '../node/sensitivity.js';
import { networkText } from './score-report.js';
import { COLUMNS, type Column, cellText } from './sensitivity-columns.js';

/** The table and its picture as one HTML page without scripts: a panel a metric, a bar a change. */
export function sensitivityPage(result: Sensitivity): string {
  const { n1, n2, dims, size, rows, engine, weights } = result;
  const fitted = size === undefined ? '' : `, brought to ${size} × ${size} pixels first`;
  const random = '<p class="note"><strong>The weights are random: these are not FIDs.</strong></p>';
  return page({
    title: 'What small changes do to every metric',
    lead: `${dims} dims, engine ${engine.name}, ${networkText(result)}`,
    wide: true,
    body: [
      `<p>${n2} real images${fitted}, changed in one way after the other, each time compared with ${n1} unchanged real images. The red line
is the value without a change: what real images of other patients have. A metric that moves far beyond it sees the change; fakes with
the same fault lose as much. Values depend on the numbers of images: compare only tables of the same numbers.</p>`,
      ...(weights?.kind === 'random' ? [random] : []),
      `<div class="panels">\n${COLUMNS.map((column) => panel(column, rows)).join('\n')}\n</div>`,
      table(
        ['', ...COLUMNS.map(({ title }) => title)],
        rows.map((row) => [row.name, ...COLUMNS.map((column) => cellText(column, row))]),
      ),
    ],
  });
}

function panel(column: Column, rows: readonly SensitivityRow[]): string {
  const { key, title, better, meaning, top } = column;
  const scale = top === undefined ? ', on a logarithmic scale' : '';
  const caption = `${meaning}; ${better} is nearer to the reals${scale}`;
  const drawn = bars(
    rows.map((row) => ({ label: row.name, value: row[key], text: cellText(column, row) })),
    { max: top, mark: rows[0]![key] },
  );
  return `<section><h3>${escapeHtml(title)}</h3><p class="caption">${escapeHtml(caption)}</p>${drawn}</section>`;
}
