import { type CollectImagesOptions, collectImages, type takeBatch } from '@cxr/data';
import {
  CxrFileError,
  checkOptions,
  describeValue,
  type ImageSet,
  type KnownOptions,
  shuffle,
} from '@cxr/image';
import type { TrainConfig } from '../config.js';
import { keyedRng } from '../random.js';

/** All training images at training size, in memory. */
export interface TrainingSet {
  readonly count: number;
  /** Uint8 `[count, size, size, channels]`. */
  readonly images: Parameters<typeof takeBatch>[0];
  /** Class numbers, `[count]`; zeros for an unconditional network. */
  readonly labels: Int32Array;
  /** What seems to be wrong with the images' bits, see `imagesOf`. */
  readonly warning?: string | undefined;
  /** Identifies the pixels and labels (FNV-1a), so that a run is not resumed on other images. */
  readonly digest: string;
}

/** How `collectTrainingSet` reads the images; the options of this name of `train`. */
type ReadOptions = Pick<CollectImagesOptions, 'signal' | 'range' | 'bits'>;

const OPTIONS: KnownOptions<ReadOptions> = { signal: true, range: true, bits: true };

type Shape = Pick<TrainConfig, 'size' | 'channels' | 'classes' | 'resample'>;

/**
 * Reads all images of a set, converted to `size` and `channels`.
 * @throws CxrFileError `empty` if the set has no image; RangeError for a label that is missing or out of range, or for any label
 * if `classes` is 0, and for an unknown option; TypeError if it is no set of images, or `config` no config.
 */
export async function collectTrainingSet(
  source: ImageSet,
  config: Shape,
  options: ReadOptions = {},
): Promise<TrainingSet> {
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`collectTrainingSet takes a config, of resolveConfig, not ${describeValue(config)}`);
  }
  checkOptions('collectTrainingSet', options, OPTIONS);
  const { size, channels, classes, resample: filter } = config;
  const labels: number[] = [];
  const { range, bits, signal } = options;
  let warning: string | undefined;
  const images = await collectImages(source, {
    ...{ size, channels, filter, range, bits, signal },
    onWarning: (message) => {
      warning = message;
    },
    onImage: (named) => labels.push(checkLabel(named, classes)),
  });
  const count = labels.length;
  if (count === 0) throw new CxrFileError('empty', 'no images to train on');
  const digest = fnv1a([images.data, new Uint8Array(Int32Array.from(labels).buffer)]);
  return { count, images, labels: Int32Array.from(labels), warning, digest };
}

/** Indices of the images of one batch. They depend only on the seed, the step, `count` and `batch`. */
export function drawIndices(
  count: number,
  batch: number,
  step: number,
  config: Pick<TrainConfig, 'seed' | 'draw'>,
): number[] {
  if (config.draw === 'replacement') {
    const random = keyedRng(config.seed, 'order', step);
    return Array.from({ length: batch }, () => random.integer(count));
  }
  const first = step * batch;
  let epoch = -1;
  let order: number[] = [];
  return Array.from({ length: batch }, (_, i) => {
    const position = first + i;
    if (Math.floor(position / count) !== epoch) {
      epoch = Math.floor(position / count);
      order = shuffle([...Array(count).keys()], keyedRng(config.seed, 'order', epoch));
    }
    return order[position % count]!;
  });
}

function checkLabel({ name, label }: { name: string; label?: number | undefined }, classes: number): number {
  if (classes === 0) {
    if (label === undefined) return 0;
    throw new RangeError(
      `${name} has the label ${label}, but classes is 0: give classes, or leave labels out`,
    );
  }
  if (label !== undefined && Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new RangeError(`invalid label of ${name}: ${label} (0 to ${classes - 1})`);
}

function fnv1a(parts: readonly Uint8Array[]): string {
  let hash = 0x811c9dc5;
  for (const part of parts) for (const byte of part) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
