import { armOf } from './arms.js';
import type { Scarcity } from './data/scarce-subset.js';
import type { ClassifierName, Options } from './options.js';

/** One training run of one classifier: what is kept and resumed. */
export interface Unit {
  readonly classifier: ClassifierName;
  readonly normals: Scarcity;
  readonly seed: number;
  /** Which draw of the training images: with `normals` it says which images all arms share. */
  readonly subset: number;
  readonly arm: string;
}

/** The name of a unit's files. */
export function unitName({ classifier, normals, seed, arm }: Unit): string {
  return `${classifier}-${normals}-seed${seed}-${arm}`;
}

/** All units, seed after seed: an early end leaves whole comparisons. */
export function planUnits(
  options: Pick<Options, 'seeds' | 'subsets' | 'normals' | 'classifiers' | 'arms'>,
): Unit[] {
  const { seeds, subsets, normals, classifiers, arms } = options;
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    normals.flatMap((count) =>
      classifiers.flatMap((classifier) =>
        arms.map((arm) => ({
          classifier,
          normals: count,
          seed,
          subset: seed % subsets,
          arm: armOf(arm).name,
        })),
      ),
    ),
  );
}

/** Pixels a side of a network's images; undefined for the probe. */
export function convnetSize(classifier: ClassifierName): number | undefined {
  const size = /^convnet-(\d+)$/.exec(classifier)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** The length of a probe's activations; undefined for a network. */
export function probeDims(classifier: ClassifierName): number | undefined {
  const dims = /^probe-(\d+)$/.exec(classifier)?.[1];
  return dims === undefined ? undefined : Number(dims);
}
