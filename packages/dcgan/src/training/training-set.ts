import { CxrFileError, fitImage, type ImageSet, imagesOf, shuffle, type ValueRange } from '@cxr/image';
import type { TrainConfig } from '../config.js';
import { keyedRng } from '../random.js';

/** All images at training size, in memory: `count × size × size × channels` bytes. */
export interface TrainingSet {
  readonly count: number;
  /** Values per image. */
  readonly values: number;
  readonly data: Uint8Array;
  readonly labels: Int32Array;
  /** Identifies the pixels and labels (FNV-1a), so that a run is not resumed on other images. */
  readonly digest: string;
}

type Shape = Pick<TrainConfig, 'size' | 'channels' | 'classes' | 'resample'>;

/**
 * Reads a source to its end, each image brought to `size` and `channels`.
 * @throws CxrFileError `empty` where there is no image.
 */
export async function collectTrainingSet(
  source: ImageSet,
  config: Shape,
  options: { signal?: AbortSignal | undefined; range?: ValueRange | undefined } = {},
): Promise<TrainingSet> {
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  for await (const named of imagesOf(source, options)) {
    options.signal?.throwIfAborted();
    images.push(
      fitImage(named.image, { size: config.size, channels: config.channels, filter: config.resample }).data,
    );
    labels.push(checkLabel(named, config.classes));
  }
  if (images.length === 0) throw new CxrFileError('empty', 'no images to train on');
  const values = config.size * config.size * config.channels;
  const data = new Uint8Array(images.length * values);
  for (const [i, pixels] of images.entries()) data.set(pixels, i * values);
  const set = { count: images.length, values, data, labels: Int32Array.from(labels) };
  return { ...set, digest: fnv1a([data, new Uint8Array(set.labels.buffer)]) };
}

/** Numbers of the images of one batch. Depends on the seed, the step and the count alone. */
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

/** The images of these numbers in [−1, 1], one after another. */
export function gather(set: TrainingSet, indices: readonly number[]): Float32Array {
  const batch = new Float32Array(indices.length * set.values);
  for (const [row, index] of indices.entries()) {
    const from = index * set.values;
    const to = row * set.values;
    for (let i = 0; i < set.values; i++) batch[to + i] = set.data[from + i]! / 127.5 - 1;
  }
  return batch;
}

function checkLabel({ name, label }: { name: string; label?: number | undefined }, classes: number): number {
  if (classes === 0) return 0;
  if (label !== undefined && Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new RangeError(`invalid label of ${name}: ${label} (0 to ${classes - 1})`);
}

function fnv1a(parts: readonly Uint8Array[]): string {
  let hash = 0x811c9dc5;
  for (const part of parts) for (const byte of part) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
