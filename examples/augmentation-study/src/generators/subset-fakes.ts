import { join } from 'node:path';
import { fakeCounts } from '../arms.js';
import { greyImage, type PixelStore } from '../data/pixels.js';
import type { Scarcity } from '../data/scarce-subset.js';
import { countClasses } from '../data/study-item.js';
import type { Fakes, TrainedStudy } from '../study-types.js';
import { COSTS, type Workload } from '../workload.js';
import { type Generated, generatedImages } from './train-generator.js';

export const generatorFolder = (
  study: TrainedStudy,
  normals: Scarcity,
  subset: number,
  label: number,
): string =>
  join(
    study.out,
    'generators',
    `${normals}-subset${subset}-${study.data.classes[label]!.replace(/[^\w.-]/g, '_')}`,
  );

/** How many fakes of each class the arms with fakes add in one subset. */
export function fakeCountsOf(
  { options, data, subsetOf }: TrainedStudy,
  normals: Scarcity,
  subset: number,
): number[] {
  return fakeCounts(countClasses(subsetOf(normals, subset).train, data.classes.length), options.fill);
}

/** The images that the arms with fakes add in one subset, by class: generators that are not trained yet are trained. */
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
    const own = train.filter((item) => item.label === label);
    const what = `generator of ${count} ${data.classes[label]}, ${normals} images, subset ${subset}`;
    let step = 0;
    made.push(
      await generatedImages({
        folder: generatorFolder(study, normals, subset, label),
        images: pixels
          ? own.map(({ file }) => greyImage(pixels.get(options.ganSize)!.of(file), options.ganSize))
          : [],
        size: options.ganSize,
        width: options.ganWidth,
        steps: options.ganSteps,
        growSteps: options.ganGrowSteps,
        seed: 1 + subset,
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
