import { CxrFileError } from '@cxr/image';
import { PRESETS, resolveConfig, type TrainConfig, type TrainSettings } from '../config.js';
import type { NamedArray, TrainState } from './train-state.js';

/** Whether a value of a file is a whole number from 0 on, such as a step. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether a value of a file is a list of so many texts, such as the names of the classes. */
export const areNames = (value: unknown, count: number): value is string[] =>
  Array.isArray(value) && value.length === count && value.every((name) => typeof name === 'string');

/** The settings in a file, checked. @throws CxrFileError `corrupt` saying what is wrong with them. */
export function savedConfig(value: unknown, file?: string): TrainConfig {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return resolveConfig(value as TrainSettings);
    // A setting that is missing did not exist yet: it was off, as it is in `dcgan`, whatever the preset has by now.
    return resolveConfig({ ...PRESETS.dcgan, ...value });
  } catch (cause) {
    throw new CxrFileError('corrupt', `config: ${(cause as Error).message}`, { file, cause });
  }
}

/** Checks that all numbers of the arrays are finite. @throws CxrFileError `corrupt` naming the first array where they are not. */
export function checkFinite(arrays: readonly NamedArray[], file?: string): void {
  const bad = findNotFinite(arrays);
  if (bad === undefined) return;
  throw new CxrFileError('corrupt', `${bad.name}: not all of its numbers are finite`, { file });
}

/** The part of a state whose numbers are not all finite, so that nothing could go on from it; undefined where all are. */
export function divergedPart(state: TrainState): string | undefined {
  const { generator, discriminator, ema, moments, anchors = {} } = state;
  const parts: [string, readonly NamedArray[]][] = [
    ['generator', generator.weights],
    ['discriminator', discriminator.weights],
    ['EMA', ema?.weights ?? []],
    ['generator’s moments', moments.generator],
    ['discriminator’s moments', moments.discriminator],
  ];
  for (const [part, arrays] of parts) {
    const bad = findNotFinite(arrays);
    if (bad) return `${bad.name} of the ${part}`;
  }
  return Object.values(anchors).every(Number.isFinite) ? undefined : 'an anchor of LeCam';
}

/** The first array whose numbers are not all finite. */
export function findNotFinite(arrays: readonly NamedArray[]): NamedArray | undefined {
  return arrays.find(({ data }) => !data.every((value) => Number.isFinite(value)));
}
