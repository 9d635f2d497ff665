import { bars, escapeHtml, facts, lineChart, page, picture, table } from '@cxr/report';
import { PAPER } from './paper.js';
import type { ReproduceMetrics, TableRow } from './results.js';
import type { LogLine } from './train-paper.js';

/** Fakes as one picture. */
export interface ReportPicture {
  readonly png: Uint8Array;
  /** Where they come from: pictures of the same fakes stand side by side. */
  readonly label: string;
  readonly stretch: boolean;
}

const HEADING = ['', 'FID', 'reals', 'images'];

/** The final table as lines of text. */
export function tableLines(metrics: ReproduceMetrics): string[] {
  const rows = metrics.table.map(cellsOf);
  const width = Math.max(...rows.map(([label]) => label!.length));
  return [HEADING, ...rows].map(([label, ...cells]) =>
    [label!.padEnd(width), ...cells.map((cell) => cell.padStart(7))].join(' ').trimEnd(),
  );
}

function cellsOf({ label, fid, n1, n2 }: TableRow): string[] {
  return [label, fid.toFixed(3), String(n1), String(n2)];
}

/** One page that needs nothing beside it; fakes and numbers, no X-ray. */
export function renderReport(
  metrics: ReproduceMetrics,
  pictures: readonly ReportPicture[],
  log: readonly LogLine[],
): string {
  const { train, choices, data } = metrics;
  const losses = [
    { label: 'discriminator', points: log.map(({ step, lossD }) => [step, lossD] as const) },
    { label: 'generator', points: log.map(({ step, lossG }) => [step, lossG] as const) },
  ];
  return page({
    title: 'The paper, reproduced',
    lead: `The DCGAN of Kora Venu and Ravula (2021) after ${train.iterations} of its ${PAPER.steps} iterations, at a batch size of ${train.batchSize}. ${data.description}`,
    body: [
      `<p class="note">${metrics.notes.map(escapeHtml).join('<br>\n')}</p>`,
      '<h2>How far from real?</h2>',
      bars(
        metrics.table.map(({ id, label, fid }) => ({
          label,
          value: fid,
          text: fid.toFixed(3),
          main: id === 'ours',
        })),
      ),
      `<p class="caption">FID against ${escapeHtml(data.className)} at dims ${choices.dims}, fakes ${choices.stretch ? 'stretched' : 'not stretched'}, resized by ${choices.resize}, on a logarithmic scale. Shorter is nearer. Ceiling: what a perfect generator could reach, half of the reals, shrunk as training reads them and then treated as fakes, against the other half. Floor: half of the reals against the other half, as they are.</p>`,
      table(HEADING, metrics.table.map(cellsOf)),
      '<h2>What the paper’s choices do to the number</h2>',
      choiceTable(metrics),
      `<p class="caption">FID against the same reals. Stretched: each image’s own darkest and brightest value become 0 and 255, as the paper’s writer of files did to its fakes. pil299, the paper’s: resized by Pillow’s bicubic to 299 pixels and 8 bits; network: pytorch-fid as published, by the network’s own bilinear; clean: clean-fid’s antialiased bicubic on floats. Reals at fewer pixels were shrunk by Pillow’s bicubic, or by nearest neighbour, as the paper’s training read its images.</p>`,
      ...curvePart(metrics),
      '<h2>The fakes</h2>',
      ...pictureRows(pictures),
      ...(log.length === 0 ? [] : ['<h2>Losses</h2>', lineChart(losses, 'iteration', 'loss')]),
      '<h2>How it was made</h2>',
      facts(origin(metrics)),
    ],
  });
}

function pictureRows(pictures: readonly ReportPicture[]): string[] {
  return [...new Set(pictures.map(({ label }) => label))].map((label) => {
    const own = pictures
      .filter((one) => one.label === label)
      .map(({ png, stretch }) => picture(png, `${label}, ${stretch ? 'stretched' : 'not stretched'}`));
    return `<div class="columns">${own.join('\n')}</div>`;
  });
}

function choiceTable({ byChoice }: ReproduceMetrics): string {
  const modes = Object.keys(byChoice[0]!.fid) as (keyof (typeof byChoice)[0]['fid'])[];
  const stretched = (stretch: boolean | null) => (stretch === null ? '–' : stretch ? 'yes' : 'no');
  return table(
    ['', 'images', 'stretched', ...modes],
    byChoice.map(({ label, count, stretch, fid }) => [
      label,
      String(count),
      stretched(stretch),
      ...modes.map((mode) => fid[mode]!.toFixed(3)),
    ]),
  );
}

function curvePart({ curve }: ReproduceMetrics): string[] {
  if (curve.length < 2) return [];
  const points = curve.map(({ step, fid }) => [step, fid] as const);
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const paper = [first, last].map((step) => [step, PAPER.fid] as const);
  return [
    '<h2>Along the way</h2>',
    lineChart(
      [
        { label: 'ours', color: 'var(--accent)', points },
        { label: 'the paper, published', color: 'var(--soft)', points: paper },
      ],
      'iteration',
      'FID',
    ),
  ];
}

function training({
  iterations,
  minutes,
  secondsPerIteration,
  batchSize,
  paper,
}: ReproduceMetrics['train']): string {
  const time =
    secondsPerIteration === 0
      ? 'elsewhere'
      : `${minutes.toFixed(1)} minutes, ${secondsPerIteration.toPrecision(3)} s each (median)`;
  return `${iterations} iterations, ${time}; batch size ${batchSize}, the paper’s ${paper.batchSize}`;
}

function origin({ train, data, weights, engine, options, versions }: ReproduceMetrics): [string, string][] {
  return [
    ['data', data.description],
    ['trained on', `${data.trainedOn} images of ${data.className}; digest of all files ${data.digest}`],
    ['training', training(train)],
    ['backend', train.backend],
    ['Inception weights', `${weights.kind}, sha256 ${weights.sha256 ?? 'unknown'}`],
    ['engine', engine],
    [
      'the paper',
      'S. Kora Venu, S. Ravula, Future Internet 2021, 13(1), 8. Synthetic X-rays are for research; nothing here is a medical device.',
    ],
    ...Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, string] => [`option ${name}`, [value].flat().join(', ')]),
    ...Object.entries(versions).map(([name, version]): [string, string] => [`version of ${name}`, version]),
  ];
}
