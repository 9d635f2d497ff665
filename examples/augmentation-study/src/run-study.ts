import { basename, join } from 'node:path';
import { versionsOf } from '@cxr/cli';
import { contactSheet, encodePng } from '@cxr/data';
import { openJsonLines, readImage, writeFileAtomic } from '@cxr/data/node';
import { createRng, fitImage, shuffle } from '@cxr/image';
import { scoreAdded } from './added-images.js';
import { greyImage } from './data/pixels.js';
import { countClasses } from './data/study-item.js';
import { evaluate } from './evaluate.js';
import { trainsGenerator } from './generators/subset-fakes.js';
import type { Options } from './options.js';
import type { QuizPicture } from './report/quiz.js';
import { type ReportPictures, renderStudy } from './report/render.js';
import type { StudyMetrics } from './results.js';
import { withTrainedStudy } from './study.js';
import type { StudyHooks, TrainedStudy } from './study-types.js';
import { fileTraits } from './traps/file-traits.js';
import { leadLetters } from './traps/lead-letters.js';

/** What a study has made. */
export interface StudyResult {
  readonly metrics: StudyMetrics;
  /** The file `report.html`. */
  readonly report: string;
}

/**
 * The whole study: trains what is not trained yet, opens the test split, looks for traps, and writes `metrics.json` and
 * `report.html`. Interrupted, it is gone on with by the same call.
 */
export async function runStudy(options: Options, hooks: StudyHooks): Promise<StudyResult> {
  return withTrainedStudy(options, hooks, async (study) => {
    const { data } = study;
    const classes = data.classes.length;
    const progress = (phase: string) => (done: number, total: number) =>
      hooks.onProgress({ phase, done, total, unit: 'images' });
    const traits = await fileTraits(data.train, classes);
    const letters = await leadLetters(
      data.train,
      classes,
      data.positive,
      progress('looking for lead letters'),
    );
    const testOpenings = await openTest(study);
    const evaluation = await evaluate(study, hooks);
    const added = await scoreAdded(study, hooks);
    const metrics: StudyMetrics = {
      classes: data.classes,
      positive: data.classes[data.positive]!,
      counts: { train: countClasses(data.train, classes), test: countClasses(data.test, classes) },
      ...evaluation,
      added,
      generators: [...study.given.values()].map(({ info }) => info),
      traps: { separation: data.separation, traits, letters },
      testOpenings,
      notes: notesOf(study),
      weights: study.inception
        ? {
            kind: study.inception.weights.kind,
            sha256: study.inception.weights.sha256 ?? null,
            dims: study.inception.dims,
          }
        : null,
      backend: study.backend,
      dataDigest: data.digest,
      testOrigin: data.testOrigin,
      options: plainOptions(study),
      versions: versionsOf(PACKAGES, import.meta.url),
    };
    await writeFileAtomic(join(study.out, 'metrics.json'), `${JSON.stringify(metrics, null, 1)}\n`);
    const report = join(study.out, 'report.html');
    await writeFileAtomic(report, renderStudy(metrics, await drawPictures(study)));
    return { metrics, report };
  });
}

/** Counts the times at which the test split is opened with different trained runs. */
async function openTest({ out, options, units }: TrainedStudy): Promise<number> {
  const log = await openJsonLines<object>(join(out, 'test-openings.jsonl'));
  const namesOf = (names: readonly (string | number)[]) => [...new Set(names)].sort().join(',');
  const opening = {
    runs: units.length,
    seeds: options.seeds,
    normals: namesOf(units.map(({ normals }) => normals)),
    classifiers: namesOf(units.map(({ classifier }) => classifier)),
    arms: options.arms.join(','),
  };
  // The same report made again is no new look.
  if (JSON.stringify(log.lines.at(-1)) !== JSON.stringify(opening)) await log.append(opening);
  return log.lines.length;
}

function notesOf({ options, data, inceptionReason, inception, given }: TrainedStudy): string[] {
  const notes = [...data.warnings];
  for (const { info } of given.values())
    notes.push(
      `The generator of ${info.className} was given (${info.file}, step ${info.step}), not trained on the arm’s images. It may have seen validation images, more images than the arm has, and patients of the test part: a gain by its images is an upper bound.`,
    );
  if (options.quick)
    notes.push(
      'A small study on drawn phantoms: it shows that everything works, and says nothing about X-rays.',
    );
  if (inceptionReason !== undefined) notes.push(inceptionReason);
  if (inception?.weights.kind === 'random')
    notes.push('The Inception weights are random: its probe and scores compare within this study only.');
  if (options.seeds === 1)
    notes.push(
      'A single run of each arm: its intervals tell of other patients, not of training again. Five or more are better.',
    );
  else if (options.seeds < 5) notes.push(`${options.seeds} runs of each arm: five or more are better.`);
  if (options.subsets < options.seeds)
    notes.push(`${options.seeds} runs share ${options.subsets} training subsets.`);
  return notes;
}

/** Without folders of this machine, what was given (`generators` has it), and settings of training generators where none was trained. */
function plainOptions(study: TrainedStudy): Record<string, unknown> {
  const { data, testData, out, weights, ganFlags, generator, ...rest } = study.options;
  const { ganSteps, ganSize, ganWidth, ganGrowSteps, ...others } = rest;
  const trains = study.given.size === 0 || study.units.some((unit) => trainsGenerator(study, unit));
  const name = (path: string | undefined) => (path === undefined ? undefined : basename(path));
  return { data: name(data), testData: name(testData), weights: name(weights), ...(trains ? rest : others) };
}

/** Pictures of each kind in the quiz. */
const QUIZ = 8;
const SHEET = 12;

async function drawPictures(study: TrainedStudy): Promise<ReportPictures> {
  const { options, data } = study;
  const fakes: { png: Uint8Array; caption: string }[] = [];
  const mixed: QuizPicture[] = [];
  if (options.arms.some((name) => name === 'dcgan' || name === 'both')) {
    for (const normals of options.normals) {
      for (const [label, set] of (await study.fakesOf(normals, 0)).entries()) {
        if (!set) continue;
        const images = set.images.slice(0, SHEET).map((values) => greyImage(values, set.size));
        const png = encodePng(contactSheet(images, { columns: 4, background: 255 }));
        const given = study.given.get(label)?.info.file;
        const origin = given ? `drawn from ${given}` : `from ${normals} of the smallest class`;
        fakes.push({ png, caption: `${data.classes[label]}, ${origin}` });
        if (normals !== options.normals.at(-1) || mixed.length > 0) continue;
        mixed.push(...images.slice(0, QUIZ).map((image) => ({ png: encodePng(image), real: false })));
        const real = data.train.filter((item) => item.label === label);
        for (const { file } of shuffle(real, createRng(1)).slice(0, options.reals ? QUIZ : 0)) {
          mixed.push({ png: encodePng(fitImage(await readImage(file), { size: set.size })), real: true });
        }
      }
    }
  }
  return { fakes, quiz: options.reals ? shuffle(mixed, createRng(2)) : undefined };
}

/** Packages that the numbers depend on. */
const PACKAGES = [
  '@cxr/augment',
  '@cxr/data',
  '@cxr/backend',
  '@cxr/dcgan',
  '@cxr/fid',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'onnxruntime-node',
];
