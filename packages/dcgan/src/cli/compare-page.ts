import { bars, lineChart, page, picture, type Series, table } from '@cxr/report';
import { type RunSummary, SCORES } from '../node/read-run.js';

/** A run with the name that the others do not have. */
export interface LabelledRun extends RunSummary {
  label: string;
}

/** A run with the bytes of its last grid. */
export interface ShownRun extends LabelledRun {
  png: Uint8Array | undefined;
}

/** Curves, scores, grids and settings of runs side by side, as one HTML page. */
export function comparePage(runs: readonly ShownRun[]): string {
  const curves = (pointsOf: (run: ShownRun) => Series['points']): Series[] =>
    runs.map((run) => ({ label: run.label, points: pointsOf(run) }));
  const scored = runs.filter(({ curve }) => curve.length > 0);
  const finished = runs.filter(({ scores }) => scores.fid !== undefined);
  const grids = runs.flatMap(({ label, png }) => (png ? [picture(png, label)] : []));
  const section = (title: string, content: string) => `<h2>${title}</h2>\n${content}`;
  return page({
    title: `${runs.length} runs side by side`,
    wide: true,
    body: [
      table(...scoreTable(runs)),
      ...(finished.length > 0
        ? [
            section(
              'FID at the end, lower is nearer to the reals',
              bars(
                finished.map(({ label, scores }) => ({ label, value: scores.fid! })),
                { max: 0 },
              ),
            ),
          ]
        : []),
      ...(scored.length > 0
        ? [
            section(
              'The score as training went on',
              lineChart(
                curves(({ curve }) => curve.map(({ step, score }) => [step, score])),
                'step',
                'score',
              ),
            ),
          ]
        : []),
      section(
        'Loss of the discriminator',
        lineChart(
          curves(({ steps }) => steps.map(({ step, lossD }) => [step, lossD])),
          'step',
          'loss',
        ),
      ),
      section(
        'Loss of the generator',
        lineChart(
          curves(({ steps }) => steps.map(({ step, lossG }) => [step, lossG])),
          'step',
          'loss',
        ),
      ),
      ...(grids.length > 0
        ? [section('The last grid of samples', `<div class="panels">${grids.join('\n')}</div>`)]
        : []),
      section('Settings that differ', table(...settingsTable(runs))),
    ],
  });
}

/** Heading and rows: steps, seconds a step, and every score that a run has. */
export function scoreTable(runs: readonly LabelledRun[]): [string[], string[][]] {
  const names = SCORES.filter((name) => runs.some(({ scores }) => scores[name] !== undefined));
  const scoredBy = names.length > 0;
  const number = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '–' : String(Number(value.toPrecision(3)));
  return [
    ['', 'steps', 's a step', ...names, ...(scoredBy ? ['scored by'] : [])],
    runs.map(({ label, steps, secondsPerStep, scores, scoredBy: how }) => [
      label,
      String(steps.at(-1)?.step ?? 0),
      number(secondsPerStep),
      ...names.map((name) => number(scores[name])),
      ...(scoredBy ? [how] : []),
    ]),
  ];
}

/** Heading and rows: each setting in which the runs differ. */
function settingsTable(runs: readonly LabelledRun[]): [string[], string[][]] {
  const keys = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  const text = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value));
  const rows = keys
    .map((key) => [key, ...runs.map(({ settings }) => text(settings[key]))])
    .filter(([, ...values]) => new Set(values).size > 1);
  return [['', ...runs.map(({ label }) => label)], rows.length > 0 ? rows : [['none']]];
}
