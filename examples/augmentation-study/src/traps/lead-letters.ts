import { maskMarkers } from '@cxr/augment';
import { splitByPatient } from '@cxr/data';
import { readImage } from '@cxr/data/node';
import { createRng, fitImage, pixels } from '@cxr/image';
import { fitLogistic, predictLogistic } from '../classifiers/logistic-regression.js';
import type { StudyItem } from '../data/study-item.js';
import { bestAuc } from '../statistics/auc.js';
import { aucOf } from '../statistics/classification.js';

/** What the lead letters and the margins of the images tell of the class, without the lungs. */
export interface LetterTrap {
  /** Share of images of each class in which a lead letter was found (by the heuristic of `maskMarkers`). */
  readonly found: readonly number[];
  /** AUC of "a letter was found" alone; of several classes the best. */
  readonly auc: number;
  /** AUC, on held-out patients of the training part, of a logistic regression that sees only the outer eighth of each image, at 32 pixels. */
  readonly marginAuc: number;
  /** The same for the whole image at 32 pixels, to compare with. */
  readonly wholeAuc: number;
  readonly images: number;
}

const SIZE = 32;
const MARGIN = 4;
/** Images looked at, drawn at random: more make it slower, not clearer. */
const MAX_IMAGES = 1500;

/** Looks for the trap on training images only. */
export async function leadLetters(
  items: readonly StudyItem[],
  classes: number,
  positive: number,
  onImage: (done: number, total: number) => void = () => {},
): Promise<LetterTrap> {
  const rng = createRng(1, items.length);
  const some =
    items.length <= MAX_IMAGES ? [...items] : items.filter(() => rng.uniform() < MAX_IMAGES / items.length);
  const mask = maskMarkers();
  const found: boolean[] = [];
  const small: Float32Array[] = [];
  for (const [done, { file }] of some.entries()) {
    const grey = fitImage(await readImage(file), { size: 224 });
    const masked = mask.apply(grey, mask.sample(rng));
    found.push(!same(pixels(masked), pixels(grey)));
    small.push(Float32Array.from(pixels(fitImage(grey, { size: SIZE }))));
    onImage(done + 1, some.length);
  }
  const labels = some.map(({ label }) => label);
  const edge = (at: number) => {
    const [y, x] = [Math.floor(at / SIZE), at % SIZE];
    return Math.min(y, x, SIZE - 1 - y, SIZE - 1 - x) < MARGIN;
  };
  return {
    found: Array.from({ length: classes }, (_, c) => {
      const own = found.filter((_, i) => labels[i] === c);
      return own.filter(Boolean).length / own.length;
    }),
    auc: bestAuc(found.map(Number), labels, classes),
    marginAuc: pixelAuc(some, small, edge, classes, positive),
    wholeAuc: pixelAuc(some, small, () => true, classes, positive),
    images: some.length,
  };
}

function pixelAuc(
  items: readonly StudyItem[],
  images: readonly Float32Array[],
  seen: (place: number) => boolean,
  classes: number,
  positive: number,
): number {
  const indexed = items.map(({ group, label }, index) => ({
    patient: group,
    labels: [String(label)],
    index,
  }));
  const parts = splitByPatient(indexed, [0.7, 0.3], createRng(1)).map((part) => {
    const data = part.flatMap(({ index }) => [...images[index]!.filter((_, at) => seen(at))]);
    return { data: Float32Array.from(data), labels: part.map(({ index }) => items[index]!.label) };
  });
  const [train, test] = parts as [(typeof parts)[number], (typeof parts)[number]];
  const dims = train.data.length / train.labels.length;
  const model = fitLogistic({ ...train, dims }, { classes, penalty: 0.3, tolerance: 1e-4 });
  const probabilities = predictLogistic(model, test.data);
  return aucOf({ probabilities, labels: Int32Array.from(test.labels), classes }, { positive });
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
