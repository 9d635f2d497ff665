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
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6775; --line: #d9dee5; --paper: #fff; --accent: #b3402a; --bar: #7d93ab; --one: #3d6d9e; --two: #c2571f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b5; --line: #333c47; --paper: #14181d; --accent: #ff8a6b; --bar: #5f7690; --one: #7fb0e0; --two: #f0955a; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 860px; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p.lead { color: var(--soft); margin-top: 0; } .note { border-left: 4px solid var(--bar); padding: .4rem .8rem; background: color-mix(in srgb, var(--bar) 12%, transparent); font-size: .95rem; }
.caption, figcaption { color: var(--soft); font-size: .85rem; }
figure { margin: 0; } img { display: block; width: 100%; border-radius: 4px; background: #000; }
.pair, .strip { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); }
.ladder { display: grid; gap: .35rem; font-size: .9rem; } .ladder .row { display: grid; grid-template-columns: 15rem 1fr; gap: 0 .8rem; align-items: center; }
.ladder .name { text-align: right; } .ladder .bar { display: flex; align-items: center; gap: .4rem; padding-right: 4rem; white-space: nowrap; }
.ladder .fill { flex: none; height: 1.15rem; min-width: 2px; background: var(--bar); border-radius: 0 3px 3px 0; } .ladder .main { font-weight: 600; } .ladder .main .fill { background: var(--accent); }
.plot { position: relative; height: 240px; margin: .4rem 0 1.6rem 3.2rem; } .plot svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.plot polyline, .plot line { vector-effect: non-scaling-stroke; fill: none; } .plot line { stroke: var(--line); }
.plot span { position: absolute; font-size: .75rem; line-height: 1; color: var(--soft); white-space: nowrap; } .plot .y { right: 100%; transform: translate(-.4rem, -50%); } .plot .x { top: 100%; transform: translate(-50%, .4rem); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; } .legend i { display: inline-block; width: 1em; height: 3px; margin-right: .4em; vertical-align: middle; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } th { font-weight: 500; color: var(--soft); width: 32%; }
@media (max-width: 560px) { .ladder .row { grid-template-columns: 1fr; } .ladder .name { text-align: left; } .plot .x.even { display: none; } }
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

function marks({ matched }: Metrics): Mark[] {
  if (!matched) return [];
  const { reals, test, fakes, untrained } = matched;
  return [
    { label: 'other training images', value: reals.fid },
    ...(test ? [{ label: 'images never trained on', value: test.fid }] : []),
    { label: 'fakes of this run', value: fakes.fid, main: true },
    { label: 'fakes before training', value: untrained.fid },
  ];
}

/** What the bars of the ladder have in common. */
function ladderCaption({ matched }: Metrics): string {
  if (!matched) return '';
  const { n1, n2 } = matched.fakes;
  return `Each bar: ${n2} images against the same ${n1} training images, on a logarithmic scale. Shorter is nearer.`;
}

/** The score in words: what it is a distance between, and how far that is, by equal numbers of images. */
export function inWords(metrics: Metrics): string {
  const { score, untrained, matched } = metrics;
  if (!score || !untrained || !matched) {
    return 'This run was interrupted before it was scored: go on with --resume.';
  }
  const { fakes, reals } = matched;
  const times = Number((fakes.fid / reals.fid).toPrecision(2));
  return [
    `The Fréchet distance of ${score.n2} fakes to ${score.n1} training images is ${score.fid.toPrecision(4)}`,
    `(dims ${score.dims}, resize ${score.resize}, engine ${score.engine});`,
    `before training it was ${untrained.fid.toPrecision(3)}.`,
    `By equal numbers: ${fakes.n2} fakes are ${fakes.fid.toPrecision(3)} from ${fakes.n1} training images,`,
    `${reals.n2} other training images ${reals.fid.toPrecision(3)}. So the fakes are ${times} times as far from real`,
    'images as real images are from each other.',
  ].join(' ');
}

/** One HTML page that needs nothing beside it: pictures and charts are inside. */
export function renderReport(content: ReportContent): string {
  const { metrics, steps, grids } = content;
  const series = [
    {
      label: 'discriminator',
      color: 'var(--one)',
      points: steps.map((one) => [one.step, one.lossD] as const),
    },
    { label: 'generator', color: 'var(--two)', points: steps.map((one) => [one.step, one.lossG] as const) },
  ];
  const { curve = [] } = metrics;
  const points = curve.map((one) => [one.step, one.fid] as const);
  const distances = [{ label: 'distance to the reals', color: 'var(--accent)', points }];
  const settings = Object.entries(metrics.options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`option ${name}`, String(value)] as const);
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
<p class="caption">${escapeHtml(ladderCaption(metrics))}</p>
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
