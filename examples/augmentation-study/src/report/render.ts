import { escapeHtml, facts, intervals, lineChart, page, picture, table } from '@cxr/report';
import { ARMS, armOf } from '../arms.js';
import type { Cell, Difference, StudyMetrics } from '../results.js';
import type { MetricName } from '../statistics/classification.js';
import { type QuizPicture, quiz } from './quiz.js';

/** What the page shows beside the numbers. */
export interface ReportPictures {
  /** Real and generated X-rays, mixed; undefined where no real one may be shown. */
  readonly quiz: readonly QuizPicture[] | undefined;
  /** Generated X-rays, as one picture a generator. */
  readonly fakes: readonly { readonly png: Uint8Array; readonly caption: string }[];
}

const COLUMNS: readonly (readonly [MetricName, string])[] = [
  ['auc', 'AUC'],
  ['accuracy', 'accuracy'],
  ['balancedAccuracy', 'balanced accuracy'],
  ['sensitivity', 'sensitivity'],
  ['specificity', 'specificity'],
  ['ece', 'calibration error'],
  ['brier', 'Brier score'],
];
const KERMANY =
  'If these are the images of D. Kermany et al. (Cell 172(5), 2018; Mendeley Data rscbjbr9sj): CC BY 4.0. Synthetic X-rays are for research; nothing here is a medical device.';

/** The report of a study: one page that needs nothing beside it. */
export function renderStudy(metrics: StudyMetrics, pictures: ReportPictures): string {
  return page({
    title: 'Do synthetic X-rays help a classifier?',
    lead: leadOf(metrics),
    wide: true,
    body: [
      ...summaryOf(metrics).map((line) => `<p>${escapeHtml(line)}</p>`),
      ...metrics.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`),
      ...quizPart(pictures),
      '<h2>The difference to “nothing added”</h2>',
      ...forests(metrics),
      '<h2>What each arm reached on the test images</h2>',
      ...resultTables(metrics),
      '<h2>What was compared</h2>',
      facts(
        ARMS.filter(({ name }) => metrics.cells.some(({ arm }) => arm === name)).map((arm) => [
          arm.label,
          arm.fakes ? `${arm.description} ${generatorText(metrics)}` : arm.description,
        ]),
      ),
      '<h2>Training, seen on the validation images</h2>',
      ...curves(metrics),
      '<h2>Traps</h2>',
      ...traps(metrics),
      '<h2>The added images</h2>',
      ...added(metrics),
      '<h2>How it was made</h2>',
      facts(origin(metrics)),
    ],
  });
}

function leadOf({ classes, counts, positive, traps: { separation } }: StudyMetrics): string {
  const of = (part: readonly number[]) => classes.map((name, i) => `${part[i]} ${name}`).join(' and ');
  const found = classes.length === 2 ? ` The classifiers look for ${positive}.` : '';
  return `Trained on up to ${of(counts.train)}, tested on ${of(counts.test)} ${othersOf(counts, separation.unknownPatients)}.${found}`;
}

/** Whether the test images are of other patients, as far as that is known. */
function othersOf({ train, test }: StudyMetrics['counts'], unknown: number): string {
  if (unknown === 0) return 'of other patients';
  const images = [...train, ...test].reduce((sum, count) => sum + count, 0);
  return unknown < images
    ? `of other patients, as far as they are known: of ${unknown} images the patient is not`
    : 'that are other images; which patients they are of is not known';
}

/** The answer: a sentence for each arm, and how they are judged. */
export function summaryOf({ differences, comparisons }: StudyMetrics): string[] {
  const sentenceOf = (arm: string) => {
    const own = differences.filter((one) => one.arm === arm);
    const count = (word: string) => own.filter(({ verdict }) => verdict.startsWith(word)).length;
    const [better, worse] = [count('better'), count('worse')];
    const { label } = armOf(arm);
    if (better + worse === 0)
      return `${label}: no measurable difference to nothing added, in any of ${own.length} comparisons.`;
    return `${label}: better than nothing added in ${better} of ${own.length} comparisons, worse in ${worse}, and no measurable difference in ${own.length - better - worse}.`;
  };
  const arms = [...new Set(differences.map(({ arm }) => arm))];
  return [
    ...arms.map(sentenceOf).map((line) => line.charAt(0).toUpperCase() + line.slice(1)),
    `By AUC on the test images. The ${comparisons} comparisons are judged together: the probability that chance alone makes any of them look like a difference is at most 5 %.`,
  ];
}

function quizPart({ quiz: pictures, fakes }: ReportPictures): string[] {
  const row = fakes.map(({ png, caption }) => picture(png, caption));
  const shown =
    row.length === 0
      ? []
      : [
          '<h2>Generated X-rays</h2>',
          `<div class="columns" style="max-width: ${280 * row.length}px">${row.join('\n')}</div>`,
        ];
  if (pictures === undefined) {
    return [
      ...shown,
      '<p class="caption">Real X-rays are left out of this copy of the report, and with them the test of your eye.</p>',
    ];
  }
  if (pictures.length === 0) return shown;
  return [
    '<h2>Real or generated?</h2>',
    '<p>All at the size of the generated ones. Choose for each; your score is below, and stays in this page.</p>',
    quiz(pictures),
    ...shown,
  ];
}

function combinations({ cells }: StudyMetrics): { classifier: string; cells: Cell[] }[] {
  const names = [...new Set(cells.map(({ classifier }) => classifier))];
  return names.map((classifier) => ({
    classifier,
    cells: cells.filter((cell) => cell.classifier === classifier),
  }));
}

const sizeName = (normals: number | 'all') =>
  normals === 'all' ? 'all images' : `${normals} of the smallest class`;
const classifierName = (name: string) =>
  name.startsWith('probe')
    ? `Linear probe on Inception activations, ${name.split('-')[1]} dims`
    : `Network from scratch, ${name.split('-')[1]} pixels`;
const points = (value: number) => `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(1)}`;

function forests(metrics: StudyMetrics): string[] {
  const all = metrics.differences.map(({ metrics: { auc } }) => auc);
  const max =
    100 *
    Math.max(
      0.01,
      ...all.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]).filter(Number.isFinite),
    );
  const range = [-max, max] as const;
  return [
    ...combinations(metrics).flatMap(({ classifier }) => [
      `<h3>${escapeHtml(classifierName(classifier))}</h3>`,
      ...[...new Set(metrics.differences.map(({ normals }) => normals))].flatMap((normals) => {
        const own = metrics.differences.filter(
          (one) => one.classifier === classifier && one.normals === normals,
        );
        const rows = own.map(({ arm, metrics: { auc } }) => ({
          label: armOf(arm).label,
          value: 100 * auc.value,
          low: 100 * auc.low,
          high: 100 * auc.high,
          text: `${points(auc.value)} [${points(auc.low)}, ${points(auc.high)}]`,
          main: auc.low > 0 || auc.high < 0,
        }));
        return [`<p class="caption">${escapeHtml(sizeName(normals))}</p>`, intervals(rows, { range })];
      }),
    ]),
    `<p class="caption">Points of AUC, with simultaneous 95 % intervals (Bonferroni, ${metrics.comparisons} comparisons). An interval that holds 0 means: no measurable difference.</p>`,
    table(
      ['arm', 'classifier', 'images', 'verdict', 'runs to see one point', 'limit of the test images'],
      metrics.differences.map((one) => [
        armOf(one.arm).label,
        one.classifier,
        String(one.normals),
        one.verdict,
        runsText(one),
        `${(100 * one.smallestVisible).toFixed(1)} points`,
      ]),
    ),
    '<p class="caption">Runs to see one point: how many of each arm it would take to see a true difference of one point of AUC with a power of 80 % at the corrected level, on these test images. More runs do not make the test images more: the last column is the smallest difference that they can show, with as many runs as you like.</p>',
  ];
}

function runsText({ deviation, runsToSeeOnePoint }: Difference): string {
  if (deviation === null) return 'unknown (one run)';
  return runsToSeeOnePoint === null ? 'more than 10,000' : String(runsToSeeOnePoint);
}

function resultTables(metrics: StudyMetrics): string[] {
  return [
    ...combinations(metrics).flatMap(({ classifier, cells }) => [
      `<h3>${escapeHtml(classifierName(classifier))}</h3>`,
      table(
        ['', 'images', 'runs', ...COLUMNS.map(([, label]) => label)],
        cells.map(({ arm, normals, runs, metrics: values }) => [
          armOf(arm).label,
          String(normals),
          String(runs),
          ...COLUMNS.map(([name]) => {
            const { value, low, high } = values[name];
            return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
          }),
        ]),
      ),
    ]),
    '<p class="caption">Means over the runs, with 95 % percentile intervals of a bootstrap over training subsets, runs and test patients. Where a class begins was chosen on the validation images (best balanced accuracy). Calibration: expected calibration error in ten bins, and Brier score; smaller is better. A re-weighted loss and added images move the probabilities on purpose, which costs calibration.</p>',
  ];
}

function curves(metrics: StudyMetrics): string[] {
  return combinations(metrics)
    .filter(({ classifier }) => !classifier.startsWith('probe'))
    .flatMap(({ classifier }) => {
      const panels = [...new Set(metrics.runs.map(({ normals }) => normals))].map((normals) => {
        const series = ARMS.flatMap(({ name, label }) => {
          const runs = metrics.runs.filter(
            (one) => one.classifier === classifier && one.normals === normals && one.arm === name,
          );
          if (runs.length === 0) return [];
          const at = runs[0]!.curve.map((line, i) => {
            const values = runs.map(({ curve }) => curve[i]?.validationAuc ?? Number.NaN);
            return [line.step ?? i, values.reduce((a, b) => a + b, 0) / values.length] as const;
          });
          return [{ label, points: at, ...(name === 'both' ? { color: 'var(--soft)' } : {}) }];
        });
        return `<div><p class="caption">${escapeHtml(`${classifierName(classifier)}, ${sizeName(normals)}`)}</p>${lineChart(series, 'step', 'AUC on validation images')}</div>`;
      });
      return [`<div class="panels">${panels.join('\n')}</div>`];
    });
}

function traps({ traps: { separation, traits, letters }, classes }: StudyMetrics): string[] {
  const telling = traits.filter(({ auc }) => auc > 0.6);
  const traitText =
    telling.length === 0
      ? 'No property of the files tells the class.'
      : `${telling.map(({ name }) => name).join(', ')} tell the class without a look at the image. The classifiers here get grey pixels, squeezed to a square, and never these; the shape of a chest that was squeezed still shows the aspect ratio.`;
  return [
    facts([
      [
        'same patient in two parts',
        `${separation.patientsInBoth} persons were in the training and in the test part: their ${separation.leftOutByPatient} training images were left out. Training and validation images are split by patient. Of ${separation.unknownPatients} images the patient is unknown: each counts as a patient of its own.`,
      ],
      [
        'duplicates over the split',
        `${separation.duplicatesInBoth} groups of equal or nearly equal images reached over both parts: ${separation.leftOutByDuplicate} training images were left out. ${separation.duplicatesInTrain} groups within the training part are kept together; ${separation.duplicatesAcrossLabels} groups have different labels.`,
      ],
      ['files', traitText],
      [
        'lead letters',
        `Found in ${letters.found.map((share, i) => `${Math.round(100 * share)} % of ${classes[i]}`).join(', ')} (a heuristic); that alone has an AUC of ${letters.auc.toFixed(2)}. A linear classifier that sees only the outer eighth of the image, where the letters are and the lungs are not, reaches ${letters.marginAuc.toFixed(2)}; one that sees all of it at the same 32 pixels, ${letters.wholeAuc.toFixed(2)}. The nearer the two, the less an AUC says about lungs.`,
      ],
    ]),
    table(
      ['property of the file', 'AUC', ...classes.map((name) => `mean of ${name}`)],
      traits.map(({ name, auc, means }) => [
        name,
        auc.toFixed(3),
        ...means.map((value) => String(Number(value.toPrecision(4)))),
      ]),
    ),
  ];
}

function added({ added: sets, weights }: StudyMetrics): string[] {
  if (weights === null) return ['<p>Not scored: there were no Inception weights.</p>'];
  if (sets.length === 0) return ['<p>Too few were added to score them.</p>'];
  const share = (value: number) => value.toFixed(3);
  const percent = (value: number) => `${Math.round(value)} %`;
  return [
    table(
      [
        '',
        'class',
        'images',
        'added',
        `FID-${weights.dims}`,
        'floor',
        'ceiling',
        'KID',
        'ceiling',
        'precision',
        'recall',
        'copies',
        'by chance',
        'near test images',
        'by chance',
      ],
      sets.map((one) => [
        armOf(one.arm).label,
        one.className,
        String(one.normals),
        String(one.added),
        share(one.metrics.fid),
        share(one.floor.fid),
        share(one.ceiling.fid),
        one.metrics.kid.toExponential(1),
        one.ceiling.kid.toExponential(1),
        share(one.metrics.precision),
        share(one.metrics.recall),
        percent(one.toTrain.unauthenticPct),
        percent(one.toTrain.expectedUnauthenticPct),
        percent(100 * one.nearerToTest),
        percent(100 * one.nearerToTestByChance),
      ]),
    ),
    '<p class="caption">Of the first subset, against all real training images of the class. Floor: two random halves of those. Ceiling: test images, at the size of the generated ones. Copies: the share of added images that are nearer to a training image than any other real one is, and what independent images would have; of classic augmentation they are copies by design. Near test images: the share whose nearest real image is a test image; more than by chance would mean that the generator had seen them. Distances of few images read too high: compare equal numbers only.</p>',
  ];
}

/** What the generators have seen. */
function generatorText({ generators }: StudyMetrics): string {
  if (generators.length === 0) return 'A generator saw the arm’s training images only.';
  const names = generators.map(({ className }) => className).join(' and ');
  return `The generator of ${names} was given, and what it has seen is not known here; one that the study trained saw the arm’s training images only.`;
}

function generatorFacts({ generators, options }: StudyMetrics): [string, string][] {
  const given = generators.map(({ className, file, step, sha256, config }): [string, string] => [
    `generator of ${className}`,
    `given: ${file}, step ${step}, sha256 ${sha256}. Its settings: ${Object.entries(config)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  ]);
  if (options.ganSteps === undefined) return given;
  const grown = options.ganGrowSteps ? ` after ${options.ganGrowSteps} at half the size` : '';
  return [
    ...given,
    [
      'generator',
      `DCGAN, preset xray, ${options.ganSize} pixels, width ${options.ganWidth}, ${options.ganSteps} steps${grown}; a generator for each size, subset and class that has few${given.length > 0 ? ' and was given none' : ''}`,
    ],
  ];
}

function origin(metrics: StudyMetrics): [string, string][] {
  const { options, versions, weights } = metrics;
  const subsets = options.subsets === options.seeds;
  return [
    [
      'training subsets',
      subsets
        ? `Each of the ${options.seeds} runs has training images, validation images and generators of its own: the intervals tell how results vary over such subsets.`
        : `${options.seeds} runs share ${options.subsets} subset(s) of training images and generators: differences are first averaged within a subset. ${options.subsets === 1 ? 'With one subset, the intervals tell nothing about other subsets, nor about other generators.' : ''}`,
    ],
    [
      'validation',
      'A fifth of each subset, by patient: for the step whose weights are kept, the penalty of the probe, and where the positive class begins.',
    ],
    [
      'test images',
      `${metrics.testOrigin}; opened ${metrics.testOpenings === 1 ? 'once, after all choices' : `${metrics.testOpenings} times for this folder: look at such results with care`}`,
    ],
    [
      'intervals of differences',
      `Paired by subset and seed. Variance between runs plus variance between test patients (bootstrap, ${options.resamples} resamples); Student’s t by Satterthwaite; Bonferroni over ${metrics.comparisons} comparisons of AUC.`,
    ],
    ...generatorFacts(metrics),
    [
      'networks',
      `${options.steps} steps of ${options.batchSize} images in every arm, Adam ${options.learningRate} falling by a cosine`,
    ],
    ['Inception weights', weights ? `${weights.kind}, sha256 ${weights.sha256 ?? 'unknown'}` : 'none'],
    ['backend', metrics.backend],
    ['data', `digest ${metrics.dataDigest}`],
    ['attribution', KERMANY],
    ...Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, string] => [
        `option ${name}`,
        Array.isArray(value) ? value.join(', ') : String(value),
      ]),
    ...Object.entries(versions).map(([name, version]): [string, string] => [`version of ${name}`, version]),
  ];
}
