/** What an arm of the study adds to the training images. */
export interface Arm {
  /** Unique, as in `--arms` and `metrics.json`. */
  readonly name: string;
  /** In tables and charts. */
  readonly label: string;
  /** A sentence for the report. */
  readonly description: string;
  /** Each training image is changed anew each time that it is used, by the preset `chestXray` of @cxr/augment. */
  readonly classic: boolean;
  /** Generated images fill up the classes that have few. */
  readonly fakes: boolean;
  /** An image of a class that has few counts more in the loss: n / (classes · images of its class). */
  readonly reweight: boolean;
}

/** The arm that all others are compared with. */
export const BASELINE = 'none';

/** The arms, in the order of tables. To add one: an entry here, with another combination of the three. */
export const ARMS: readonly Arm[] = [
  {
    name: BASELINE,
    label: 'nothing added',
    description: 'The training images as they are.',
    classic: false,
    fakes: false,
    reweight: false,
  },
  {
    name: 'reweight',
    label: 're-weighted loss',
    description: 'No further images; each class has the same weight in the loss.',
    classic: false,
    fakes: false,
    reweight: true,
  },
  {
    name: 'classic',
    label: 'classic augmentation',
    description:
      'Each image is rotated, shifted, zoomed and recoloured a little each time (preset chestXray).',
    classic: true,
    fakes: false,
    reweight: false,
  },
  {
    name: 'dcgan',
    label: 'DCGAN images',
    description: 'Generated images fill up the classes that have few.',
    classic: false,
    fakes: true,
    reweight: false,
  },
  {
    name: 'both',
    label: 'classic and DCGAN',
    description:
      'Generated images fill up the classes that have few, and every image is augmented the classic way.',
    classic: true,
    fakes: true,
    reweight: false,
  },
];

/** The names of the arms. */
export const ARM_NAMES: readonly string[] = ARMS.map(({ name }) => name);

/** An arm by its name. @throws RangeError for another name. */
export function armOf(name: string): Arm {
  const arm = ARMS.find((one) => one.name === name);
  if (!arm) throw new RangeError(`unknown arm: ${name} (${ARM_NAMES.join(', ')})`);
  return arm;
}

/**
 * How many generated images each class gets: it is filled up to `fill` times the images of the largest class.
 * @param counts training images of each class.
 */
export function fakeCounts(counts: readonly number[], fill: number): number[] {
  const target = Math.round(fill * Math.max(...counts));
  return counts.map((count) => Math.max(0, target - count));
}

/**
 * The weight of an image of each class: all ones, or such that every class has the same weight in sum and the mean over images is 1.
 * @param counts training images of each class.
 */
export function classWeights(counts: readonly number[], reweight: boolean): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (reweight ? total / (counts.length * count) : 1));
}
