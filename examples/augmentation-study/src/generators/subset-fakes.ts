import { join } from 'node:path';
import { fileNames } from '@cxr/cli';
import { armOf, fakeCounts } from '../arms.js';
import { greyImage, type PixelStore } from '../data/pixels.js';
import type { Scarcity } from '../data/scarce-subset.js';
import { countClasses } from '../data/study-item.js';
import type { Unit } from '../plan.js';
import type { Fakes, TrainedStudy } from '../study-types.js';
import { COSTS, type Workload } from '../workload.js';
import type { Generated } from './generated.js';
import { drawGiven } from './given-generators.js';
import { generatedImages } from './train-generator.js';

export const generatorFolder = (
  study: Pick<TrainedStudy, 'data' | 'given' | 'out'>,
  normals: Scarcity,
  subset: number,
  label: number,
): string => {
  const given = study.given.has(label) ? 'given-' : '';
  const className = fileNames(study.data.classes)[label]!;
  return join(study.out, 'generators', `${given}${normals}-subset${subset}-${className}`);
};

/** How many fakes of each class the arms with fakes add in one subset. */
export function fakeCountsOf(
  { options, data, subsetOf }: Pick<TrainedStudy, 'options' | 'data' | 'subsetOf'>,
  normals: Scarcity,
  subset: number,
): number[] {
  return fakeCounts(countClasses(subsetOf(normals, subset).train, data.classes.length), options.fill);
}

/** Whether a unit adds images of a generator that the study trains. */
export const trainsGenerator = (study: TrainedStudy, { arm, normals, subset }: Unit): boolean =>
  armOf(arm).fakes &&
  fakeCountsOf(study, normals, subset).some((count, label) => count > 0 && !study.given.has(label));

/** The images that the arms with fakes add in one subset, by class: generators that were not given and are not trained yet are trained. */
export async function subsetFakes(
  study: TrainedStudy,
  normals: Scarcity,
  subset: number,
  signal: AbortSignal,
  workload?: Workload,
  pixels?: Map<number, PixelStore>,
): Promise<Fakes> {
  const { options, data } = study;
  const { train } = study.subsetOf(normals, subset);
  const made: (Generated | undefined)[] = [];
  for (const [label, count] of fakeCountsOf(study, normals, subset).entries()) {
    if (count === 0) {
      made.push(undefined);
      continue;
    }
    const folder = generatorFolder(study, normals, subset, label);
    const seed = 1 + subset;
    const given = study.given.get(label);
    if (given) {
      const { file, config } = given.info;
      const onImage = (done: number) =>
        workload?.add(COSTS.fake(config.size, config.width), `drawing from ${file}, ${done} of ${count}`);
      made.push(await drawGiven(given, { folder, count, seed, signal, onImage }));
      continue;
    }
    const own = train.filter((item) => item.label === label);
    const what = `generator of ${count} ${data.classes[label]}, ${normals} images, subset ${subset}`;
    let step = 0;
    made.push(
      await generatedImages({
        folder,
        images: pixels
          ? own.map(({ file }) => greyImage(pixels.get(options.ganSize)!.of(file), options.ganSize))
          : [],
        size: options.ganSize,
        width: options.ganWidth,
        steps: options.ganSteps,
        growSteps: options.ganGrowSteps,
        seed,
        count,
        signal,
        onStep: (now, total) => {
          // A resumed generator counts its earlier steps as done.
          workload?.add(
            COSTS.ganStep(options.ganSize, options.ganWidth) * (now - step),
            `${what}, step ${now} of ${total}`,
          );
          step = now;
        },
      }),
    );
  }
  return made;
}
