import { escapeHtml, ladder, lineChart, type Mark } from './chart.js';
import type { Metrics } from './metrics.js';

/** What the page shows beside the metrics. Pictures are PNG bytes. */
export interface ReportContent {
  readonly metrics: Metrics;
  readonly steps: readonly { step: number; lossD: number; lossG: number }[];
  /** The same latents, sampled as training went on. */
  readonly grids: readonly { step: number; png: Uint8Array }[];
  readonly reals: Uint8Array;
  readonly fakes: Uint8Array;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d9dee5; --paper: #fff; --accent: #b3402a; --bar: #7d93ab; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b5; --line: #333c47; --paper: #14181d; --accent: #ff8a6b; --bar: #5f7690; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 860px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.lead { color: var(--soft); margin-top: 0; } .note { border-left: 4px solid var(--accent); padding: .4rem .8rem; background: color-mix(in srgb, var(--accent) 9%, transparent); }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--soft); } svg text.strong { font-weight: 600; fill: var(--ink); }
svg .grid { stroke: var(--line); } svg .bar { fill: var(--bar); } svg .main { fill: var(--accent); }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .85rem; } img { width: 100%; image-rendering: auto; border-radius: 4px; background: #000; }
.pair, .strip { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } th { font-weight: 500; color: var(--soft); width: 32%; }
`;

function picture(png: Uint8Array, caption: string): string {
  const data = Buffer.from(png).toString('base64');
  const text = escapeHtml(caption);
  return `<figure><img alt="${text}" src="data:image/png;base64,${data}"><figcaption>${text}</figcaption></figure>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<table>${body.join('\n')}</table>`;
}

/** At most `limit` items, evenly spread, the first and the last among them. */
function spread<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  return Array.from({ length: limit }, (_, i) => items[Math.round((i * (items.length - 1)) / (limit - 1))]!);
}

function marks(metrics: Metrics): Mark[] {
  const { score, floor, untrained, test } = metrics;
  const out: Mark[] = [];
  if (floor) {
    out.push({ label: `noise floor: two halves of the reals (${floor.n1}, ${floor.n2})`, value: floor.fid });
  }
  if (test) out.push({ label: `real images kept back (${test.n2})`, value: test.fid });
  if (score) out.push({ label: `fakes of this run (${score.n2})`, value: score.fid, main: true });
  if (untrained) out.push({ label: `fakes before training (${untrained.n2})`, value: untrained.fid });
  return out;
}

/** The score in words: what it is a distance between, and how far that is. */
export function inWords(metrics: Metrics): string {
  const { score, floor, untrained } = metrics;
  if (!score || !floor || !untrained) {
    return 'This run was interrupted before it was scored: go on with --resume.';
  }
  const times = score.fid / floor.fid;
  return [
    `The Fréchet distance of ${score.n2} fakes to ${score.n1} training images is ${score.fid.toPrecision(4)}`,
    `(dims ${score.dims}, resize ${score.resize}, engine ${score.engine}).`,
    `Two halves of the real images are ${floor.fid.toPrecision(3)} apart, so the fakes are`,
    `${Number(times.toPrecision(2))} times as far from the reals as reals are from each other;`,
    `before training they were ${untrained.fid.toPrecision(3)} away.`,
  ].join(' ');
}

/** One HTML page that needs nothing beside it: pictures and charts are inside. */
export function renderReport(content: ReportContent): string {
  const { metrics, steps, grids } = content;
  const series = [
    {
      label: 'discriminator',
      color: '#4477aa',
      points: steps.map((one) => [one.step, one.lossD] as const),
    },
    { label: 'generator', color: '#cc6633', points: steps.map((one) => [one.step, one.lossG] as const) },
  ];
  const { curve = [] } = metrics;
  const points = curve.map((one) => [one.step, one.fid] as const);
  const distances = [{ label: 'distance to the reals', color: '#b3402a', points }];
  const settings = Object.entries(metrics.options).map(
    ([name, value]) => [`option ${name}`, String(value)] as const,
  );
  const facts = [
    ['data', metrics.data.description],
    ['images trained on', String(metrics.data.count)],
    ['steps', `${metrics.train.steps}, ${metrics.train.seconds_per_step.toPrecision(3)} s each`],
    ['backend', metrics.train.backend],
    [
      'Inception weights',
      metrics.weights ? `${metrics.weights.kind}, ${metrics.weights.file ?? 'no file'}` : 'not used',
    ],
    ['weights sha256', metrics.weights?.sha256 ?? '–'],
    ...settings,
    ...Object.entries(metrics.versions).map(([name, version]) => [`version of ${name}`, version] as const),
  ] as const;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Synthetic chest X-rays: a report</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Synthetic chest X-rays: a report</h1>
<p class="lead">${escapeHtml(metrics.data.description)}</p>
<p>${escapeHtml(inWords(metrics))}</p>
${metrics.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('\n')}
<h2>How far is that?</h2>
${ladder(marks(metrics))}
<h2>Real beside fake</h2>
<div class="pair">${picture(content.reals, 'Real')}${picture(content.fakes, `Fake, after ${metrics.train.steps} steps`)}</div>
<h2>The same latents, as training went on</h2>
<div class="strip">${spread(grids, 6)
    .map((grid) => picture(grid.png, `step ${grid.step}`))
    .join('\n')}</div>
${points.length > 0 ? `<h2>The distance, as training went on</h2>\n${lineChart(distances, 'step', 'Fréchet distance')}` : ''}
<h2>Losses</h2>
${lineChart(series, 'step', 'loss')}
<h2>How it was made</h2>
${table(facts)}
</body>
</html>
`;
}
