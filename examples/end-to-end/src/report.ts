import { PRETRAINED } from '@cxr/dcgan/node';
import { type Bar, bars, escapeHtml, facts, lineChart, page, picture, table } from '@cxr/report';
import type { Metrics } from './metrics.js';
import type { Compared } from './readable.js';

/** What the page shows beside the metrics. Pictures are PNG bytes. */
export interface ReportContent {
  readonly metrics: Metrics;
  readonly steps: readonly { step: number; lossD: number; lossG: number }[];
  /** The same latents, sampled as training went on. */
  readonly grids: readonly { step: number; png: Uint8Array }[];
  readonly reals: Uint8Array;
  readonly fakes: Uint8Array;
  /** Samples of the generator that comes with `@cxr/dcgan`, in one row. */
  readonly pretrained: Uint8Array;
  /** An SVG of the spectra of both; undefined where there is none. */
  readonly spectra: string | undefined;
}

/** At most `limit` items, evenly spread, the first and the last among them. */
function spread<T>(items: readonly T[], limit: number): T[] {
  if (items.length <= limit) return [...items];
  return Array.from({ length: limit }, (_, i) => items[Math.round((i * (items.length - 1)) / (limit - 1))]!);
}

/** A distance means nothing alone; beside its neighbours it does. Smallest first. */
function ladder({ matched }: Metrics): Bar[] {
  if (!matched) return [];
  const { reals, test, fakes, untrained } = matched;
  return [
    { label: 'other training images', value: reals.fid },
    ...(test ? [{ label: 'images never trained on', value: test.fid }] : []),
    { label: 'fakes of this run', value: fakes.fid, main: true },
    { label: 'fakes before training', value: untrained.fid },
  ].sort((a, b) => a.value - b.value);
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

/** Every metric of the fakes beside what a perfect generator of their size can reach, and the lattice in the images. */
function readable({ compared, score }: Metrics, spectra: string | undefined): string[] {
  if (!compared || !score) return [];
  const { fakes, ceiling } = compared;
  const row = (name: string, one: Compared) => [
    name,
    String(one.n),
    one.fid.toFixed(3),
    `${Math.round(100 * one.meanShare)} %`,
    ...[one.precision, one.recall, one.density, one.coverage].map((value) => value.toFixed(3)),
    `${Math.round(one.authPct)} %`,
  ];
  const heading = [
    '',
    'images',
    'FID',
    'mean share',
    'precision',
    'recall',
    'density',
    'coverage',
    'AuthPct',
  ];
  const rows = [row('fakes', fakes), ...(ceiling ? [row('ceiling', ceiling)] : [])];
  const caption = ceiling
    ? 'Ceiling: real images never trained on, brought to the fakes’ size. No generator of that size can be expected to do better with as many images.'
    : 'For the ceiling, what a perfect generator of this size can reach, name held-out real images with --test-data.';
  return [
    '<h2>What the score is made of</h2>',
    table(heading, rows),
    `<p class="caption">All against the ${score.n1} training images. Mean share: the part of the FID by which all images differ in the same way. AuthPct: the share of fakes that are no nearer to a training image than another one is; no such measure detects memorisation reliably (Stein et al., 2023), so look at the nearest pairs, too (cxr-fid --memorisation-pictures). ${escapeHtml(caption)}</p>`,
    ...(spectra === undefined
      ? []
      : [
          `<figure><img alt="Power by frequency of reals and fakes" style="max-width: 640px" src="data:image/svg+xml;base64,${Buffer.from(spectra).toString('base64')}"><figcaption>A lattice of two and four pixels is what transposed convolutions leave: at 1 there is none.</figcaption></figure>`,
        ]),
  ];
}

/** One HTML page that needs nothing beside it: pictures and charts are inside. */
export function renderReport(content: ReportContent): string {
  const { metrics, steps, grids } = content;
  const losses = [
    { label: 'discriminator', points: steps.map((one) => [one.step, one.lossD] as const) },
    { label: 'generator', points: steps.map((one) => [one.step, one.lossG] as const) },
  ];
  const curve = (metrics.curve ?? []).map((one) => [one.step, one.fid] as const);
  const latents = spread(grids, 6).map((grid) => picture(grid.png, `step ${grid.step}`));
  return page({
    title: 'Synthetic chest X-rays: a report',
    lead: metrics.data.description,
    body: [
      `<p>${escapeHtml(inWords(metrics))}</p>`,
      ...metrics.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
      '<h2>How far is that?</h2>',
      bars(ladder(metrics)),
      `<p class="caption">${escapeHtml(ladderCaption(metrics))}</p>`,
      ...readable(metrics, content.spectra),
      '<h2>Real beside fake</h2>',
      `<div class="columns">${picture(content.reals, 'Real')}${picture(content.fakes, `Fake, after ${metrics.train.steps} steps`)}</div>`,
      '<h2>What a long run on real X-rays makes</h2>',
      picture(
        content.pretrained,
        `The generator ${PRETRAINED[0]} that comes with @cxr/dcgan: eight samples, none chosen, of no patient.`,
      ),
      `<p class="caption">Draw more: <code>npm run --silent cxr-dcgan -- sample --pretrained ${PRETRAINED[0]} --count 1000 --seed 7 --out DIR</code></p>`,
      '<h2>The same latents, as training went on</h2>',
      `<div class="columns">${latents.join('\n')}</div>`,
      ...(curve.length > 0
        ? [
            '<h2>The distance, as training went on</h2>',
            lineChart(
              [{ label: 'distance to the reals', color: 'var(--accent)', points: curve }],
              'step',
              'Fréchet distance',
            ),
          ]
        : []),
      '<h2>Losses</h2>',
      lineChart(losses, 'step', 'loss'),
      '<h2>How it was made</h2>',
      facts(origin(metrics)),
    ],
  });
}

function origin(metrics: Metrics): [string, string][] {
  const { weights } = metrics;
  const settings = Object.entries(metrics.options).filter(([, value]) => value !== undefined);
  return [
    ['data', metrics.data.description],
    ['images trained on', String(metrics.data.count)],
    ['steps', `${metrics.train.steps}, ${metrics.train.seconds_per_step.toPrecision(3)} s each`],
    ['backend', metrics.train.backend],
    ['Inception weights', weights ? `${weights.kind}, ${weights.file ?? 'no file'}` : 'not used'],
    ['weights sha256', weights?.sha256 ?? '–'],
    ...settings.map(([name, value]): [string, string] => [`option ${name}`, String(value)]),
    ...Object.entries(metrics.versions).map(([name, version]): [string, string] => [
      `version of ${name}`,
      version,
    ]),
  ];
}
