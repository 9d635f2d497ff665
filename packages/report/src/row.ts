import { escapeHtml } from './escape-html.js';

/** A row of a chart: its label, a track with what is drawn on it (HTML), and a text at the end. `main`: drawn stronger. */
export function chartRow(
  { label, main = false }: { label: string; main?: boolean | undefined },
  drawn: string,
  end: string,
): string {
  const [name, text] = [escapeHtml(label), escapeHtml(end)];
  return `<div class="row${main ? ' main' : ''}"><span>${name}</span><div class="track">${drawn}</div><span>${text}</span></div>`;
}
