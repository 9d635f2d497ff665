import {
  type Comparison,
  compareActivations,
  type Memorisation,
  memorisation,
  type NoiseFloor,
  noiseFloor,
} from '@cxr/fid';
import { fitImage } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { armOf } from './arms.js';
import type { Scarcity } from './data/scarce-subset.js';
import type { StudyItem } from './data/study-item.js';
import type { KeyedImage } from './features.js';
import { copyImage, fakeImages, realImage } from './keyed-images.js';
import type { StudyHooks, TrainedStudy } from './study-types.js';

/** How near images are to those they came from, beside how near independent images are. */
type Copies = Omit<Memorisation, 'pairs'>;

/** What the added images of one arm and class are like. */
export interface AddedImages {
  readonly arm: string;
  readonly normals: Scarcity;
  readonly subset: number;
  readonly className: string;
  readonly added: number;
  /** Against all real training images of the class, also those outside the subset: the same yardstick for every size. */
  readonly metrics: Comparison;
  /** Two random halves of those real images. */
  readonly floor: NoiseFloor;
  /** Test images of the class at the size of the generated images: what a perfect generator can reach; of the classic arm at their own size. */
  readonly ceiling: Comparison;
  readonly heldOut: number;
  /** Against the real images that the arm trained on. */
  readonly toTrain: Copies;
  /** Against test images, which nothing was trained on. A fake that is nearer to one of them than to all training images is chance. */
  readonly toTest: Copies;
  /** Share of added images whose nearest real is a test image, and what chance would give for images unrelated to both. */
  readonly nearerToTest: number;
  readonly nearerToTestByChance: number;
}

/** At least so many images, for five neighbours. */
const MIN_IMAGES = 6;

/**
 * Scores what each arm adds, for the first subset of each size. The test images are only looked at here, after all choices.
 * @returns an empty list without an Inception network.
 */
export async function scoreAdded(study: TrainedStudy, hooks: StudyHooks): Promise<AddedImages[]> {
  if (!study.inception) return [];
  const scores: AddedImages[] = [];
  const arms = study.options.arms.filter((name) => name === 'classic' || name === 'dcgan');
  for (const normals of study.options.normals) {
    const fakes = arms.includes('dcgan') ? await study.fakesOf(normals, 0) : [];
    for (const [label] of study.data.classes.entries()) {
      for (const arm of arms) {
        const { train } = study.subsetOf(normals, 0);
        const own = train.filter((item) => item.label === label);
        const set = fakes[label];
        const images = armOf(arm).classic
          ? own.map((item) => copyImage(item, 1))
          : set
            ? fakeImages(study, normals, 0, label, set)
            : [];
        // What is made of the larger classes by classic augmentation says nothing new.
        if (
          images.length < MIN_IMAGES ||
          own.length < MIN_IMAGES ||
          (arm !== 'dcgan' && !isSmallest(study, label))
        )
          continue;
        const size = armOf(arm).classic ? undefined : set?.size;
        scores.push({
          arm,
          normals,
          subset: 0,
          ...(await score(study, hooks, { label, own, images, size })),
        });
      }
    }
  }
  return scores;
}

function isSmallest({ data }: TrainedStudy, label: number): boolean {
  const count = (one: number) => data.train.filter((item) => item.label === one).length;
  return data.classes.every((_, other) => count(label) <= count(other));
}

interface Added {
  readonly label: number;
  readonly own: readonly StudyItem[];
  readonly images: readonly KeyedImage[];
  readonly size: number | undefined;
}

async function score(
  study: TrainedStudy,
  { signal, onProgress }: StudyHooks,
  { label, own, images, size }: Added,
): Promise<Omit<AddedImages, 'arm' | 'normals' | 'subset'>> {
  const { data, inception } = study;
  const { features } = inception!;
  const phase = `scoring the added images: ${data.classes[label]}`;
  let done = 0;
  const rows = (some: readonly KeyedImage[]) =>
    features.rows(some, { signal, onImage: () => onProgress({ phase, done: ++done, unit: 'images' }) });
  const all = await rows(data.train.filter((item) => item.label === label).map(realImage));
  const added = await rows(images);
  const trained = await rows(own.map(realImage));
  const test = data.test.filter((item) => item.label === label);
  const tested = await rows(test.map(realImage));
  const heldOut = size === undefined ? tested : await rows(test.map((item) => atSize(item, size)));
  const [toTrain, toTest] = [memorisation(trained, added), memorisation(tested, added)];
  return {
    className: data.classes[label]!,
    added: images.length,
    metrics: compareActivations(all, added),
    floor: noiseFloor(all, { splits: 5 }),
    ceiling: compareActivations(all, heldOut),
    heldOut: test.length,
    toTrain: summary(toTrain),
    toTest: summary(toTest),
    nearerToTest: shareNearer(toTest, toTrain, added),
    nearerToTestByChance: test.length / (test.length + own.length),
  };
}

function atSize(item: StudyItem, size: number): KeyedImage {
  const { key, load } = realImage(item);
  return { key: `${key} at ${size}`, load: async () => fitImage(await load(), { size }) };
}

function summary({ pairs: _, ...rest }: Memorisation): Copies {
  return rest;
}

function shareNearer(test: Memorisation, train: Memorisation, { shape }: NdArray<Float32Array>): number {
  const toTrain = new Map(train.pairs.map(({ fake, distance }) => [fake, distance]));
  const nearer = test.pairs.filter(({ fake, distance }) => distance < toTrain.get(fake)!);
  return nearer.length / shape[0]!;
}
