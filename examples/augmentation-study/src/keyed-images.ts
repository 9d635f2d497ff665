import { augment, chestXray } from '@cxr/augment';
import { readImage } from '@cxr/data/node';
import { armOf } from './arms.js';
import { greyImage } from './data/pixels.js';
import type { Scarcity } from './data/scarce-subset.js';
import type { StudyItem } from './data/study-item.js';
import type { KeyedImage } from './features.js';
import type { Generated } from './generators/generated.js';
import { fakeCountsOf, generatorFolder } from './generators/subset-fakes.js';
import type { Unit } from './plan.js';
import type { Fakes, TrainedStudy } from './study-types.js';

/** The keys of the activations that a probe needs. */
export function* keysOf(study: TrainedStudy, unit: Unit): Generator<string> {
  const { train, validation } = study.subsetOf(unit.normals, unit.subset);
  const { classic, fakes } = armOf(unit.arm);
  for (const item of [...train, ...validation]) yield item.file;
  const copies = classic ? study.options.copies : 0;
  for (const item of train) for (let copy = 1; copy <= copies; copy++) yield copyKey(item, copy);
  if (!fakes) return;
  for (const [label, count] of fakeCountsOf(study, unit.normals, unit.subset).entries()) {
    const name = generatorFolder(study, unit.normals, unit.subset, label);
    for (let i = 0; i < count; i++) {
      for (let copy = 0; copy <= copies; copy++) yield fakeKey(name, i, copy);
    }
  }
}

/** The rows of a probe: the training images, then what the arm adds: augmented copies, fakes, augmented copies of fakes. */
export function probeImages(
  study: TrainedStudy,
  unit: Unit,
  fakes: Fakes,
): { image: KeyedImage; label: number }[] {
  const { train } = study.subsetOf(unit.normals, unit.subset);
  const copies = armOf(unit.arm).classic ? study.options.copies : 0;
  return [
    ...train.map((item) => ({ image: realImage(item), label: item.label })),
    ...train.flatMap((item) =>
      Array.from({ length: copies }, (_, i) => ({ image: copyImage(item, i + 1), label: item.label })),
    ),
    ...fakes.flatMap((set, label) =>
      (set?.images ?? []).flatMap((values, index) => {
        const name = generatorFolder(study, unit.normals, unit.subset, label);
        return Array.from({ length: copies + 1 }, (_, copy) => ({
          image: fakeImage(name, greyImage(values, set!.size), index, copy),
          label,
        }));
      }),
    ),
  ];
}

/** A real image as the store of activations takes it. */
export const realImage = ({ file }: Pick<StudyItem, 'file'>): KeyedImage => ({
  key: file,
  load: () => readImage(file),
});

/** A training image changed by `chestXray`: the copy of the same number is the same in every subset. */
export function copyImage(item: Pick<StudyItem, 'file'> & StudyItem, copy: number): KeyedImage {
  return {
    key: copyKey(item, copy),
    load: async () => {
      const read = await readImage(item.file);
      return augment(chestXray(), { image: read }, { seed: copy, epoch: 0, index: nameNumber(item.file) })
        .image;
    },
  };
}

/** The fakes of one class as the store of activations takes them. */
export function fakeImages(
  study: TrainedStudy,
  normals: Scarcity,
  subset: number,
  label: number,
  set: Generated,
): KeyedImage[] {
  const name = generatorFolder(study, normals, subset, label);
  return set.images.map((values, index) => fakeImage(name, greyImage(values, set.size), index, 0));
}

/** A fake, or its augmented copy of a number above 0. */
function fakeImage(
  folder: string,
  fake: ReturnType<typeof greyImage>,
  index: number,
  copy: number,
): KeyedImage {
  return {
    key: fakeKey(folder, index, copy),
    load: () =>
      copy === 0 ? fake : augment(chestXray(), { image: fake }, { seed: copy, epoch: 1, index }).image,
  };
}

const copyKey = ({ file }: StudyItem, copy: number): string => `${file} copy ${copy}`;

const fakeKey = (folder: string, index: number, copy: number): string =>
  `${folder.split(/[\\/]/).at(-1)} fake ${index}${copy === 0 ? '' : ` copy ${copy}`}`;

/** A number that follows from a file's name, for its augmentation. */
function nameNumber(file: string): number {
  const name = file.split(/[\\/]/).at(-1)!;
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) ^ name.charCodeAt(i)) >>> 0;
  return hash;
}
