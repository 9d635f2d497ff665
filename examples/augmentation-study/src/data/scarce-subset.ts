import { splitByPatient } from '@cxr/data';
import { createRng, type Rng, shuffle } from '@cxr/image';
import { groupBy } from '../group-by.js';
import { countClasses, type StudyItem } from './study-item.js';

/** How many images of the smallest class: a number, or all of them. */
export type Scarcity = number | 'all';

/** Options of `scarceSubset`. */
export interface SubsetOptions {
  readonly classes: number;
  /** Images of the smallest class that are kept. The others are capped so that the proportions stay, or by `ratio`. */
  readonly normals: Scarcity;
  /** Images of each other class for one of the smallest. @default as in the items */
  readonly ratio?: number | undefined;
  /** Share of the subset that is kept for choices, above 0 and below 1. @default 0.2 */
  readonly validation?: number | undefined;
  /** Which draw: subsets of the same number and other sizes contain each other. */
  readonly subset: number;
}

/** A scarce training set: what all arms of a comparison share. */
export interface Subset {
  readonly train: readonly StudyItem[];
  /** For every choice, such as when to stop and where to cut. */
  readonly validation: readonly StudyItem[];
}

/** Which of the sizes are fewer than all images of the smallest class: others would be "all" under another name. */
export function scarceSizes(
  items: readonly StudyItem[],
  { classes, normals }: { readonly classes: number; readonly normals: readonly Scarcity[] },
): { sizes: readonly Scarcity[]; leftOut: readonly Scarcity[]; smallest: number } {
  const smallest = Math.min(...countClasses(items, classes));
  const fits = (size: Scarcity) => size === 'all' || size < smallest;
  return { sizes: normals.filter(fits), leftOut: normals.filter((size) => !fits(size)), smallest };
}

/**
 * Draws whole groups (patients) of each class until there are as many images as wanted, and splits them by group. The last
 * group is cut where it would be too much.
 * @throws RangeError where a class gets fewer than two images.
 */
export function scarceSubset(items: readonly StudyItem[], options: SubsetOptions): Subset {
  const { classes, normals, ratio, validation = 0.2, subset } = options;
  const counts = countClasses(items, classes);
  const smallest = counts.indexOf(Math.min(...counts));
  const kept = counts.flatMap((count, label) => {
    const share = ratio !== undefined && label !== smallest ? ratio : count / counts[smallest]!;
    const max =
      normals === 'all' && ratio === undefined
        ? count
        : Math.round(share * Number(normals === 'all' ? counts[smallest] : normals));
    const own = items.filter((item) => item.label === label);
    return drawGroups(own, Math.min(count, max), createRng(subset, label));
  });
  const [train, held] = splitByPatient(
    kept.map((item) => ({ item, patient: item.group, labels: [String(item.label)] })),
    [1 - validation, validation],
    createRng(subset, classes, kept.length),
  );
  const parts = { train: train!.map(({ item }) => item), validation: held!.map(({ item }) => item) };
  for (const part of Object.values(parts)) {
    const few = countClasses(part, classes).findIndex((count) => count < 2);
    if (few >= 0) {
      throw new RangeError(
        `too few images: with ${normals} of the smallest class a part has fewer than two of class ${few}`,
      );
    }
  }
  return parts;
}

function drawGroups(items: readonly StudyItem[], max: number, rng: Rng): StudyItem[] {
  const groups = groupBy(items, ({ group }) => group);
  const drawn: StudyItem[] = [];
  for (const group of shuffle([...groups.values()], rng)) {
    if (drawn.length >= max) break;
    drawn.push(...group.slice(0, max - drawn.length));
  }
  return drawn;
}
