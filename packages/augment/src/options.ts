import type { Rng } from '@cxr/image';

export { checkOptions, type KnownOptions } from '@cxr/image';

/** A number, or the ends of a range from which numbers are drawn evenly. */
export type NumberRange = number | readonly [min: number, max: number];

/**
 * Checks a range, or one number. @returns both ends.
 * @throws RangeError unless both ends are finite, in order and in min..max.
 */
export function checkRange(
  name: string,
  value: NumberRange,
  min: number = -Infinity,
  max: number = Infinity,
): readonly [number, number] {
  const ends: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [low, high] = ends;
  const valid =
    ends.length === 2 &&
    Number.isFinite(low) &&
    Number.isFinite(high) &&
    (low as number) <= (high as number) &&
    (low as number) >= min &&
    (high as number) <= max;
  if (!valid) throw new RangeError(`invalid ${name}: ${Array.isArray(value) ? `[${value}]` : value}`);
  return [low as number, high as number];
}

/** Checks a number. @throws RangeError unless it is finite and in min..max. */
export function checkNumber(
  name: string,
  value: number,
  min: number = -Infinity,
  max: number = Infinity,
): number {
  if (typeof value !== 'number') throw new RangeError(`invalid ${name}: ${String(value)}`);
  return checkRange(name, value, min, max)[0];
}

/** Checks a whole number. @throws RangeError unless it is whole and in min..max. */
export function checkWhole(name: string, value: number, min: number, max: number = 2 ** 31): number {
  if (!Number.isInteger(value)) throw new RangeError(`invalid ${name}: ${String(value)}`);
  return checkNumber(name, value, min, max);
}

/** Draws one number from a range, evenly. */
export function drawFrom(rng: Rng, [min, max]: readonly [number, number]): number {
  // A rounding must not lead out of the range.
  return min === max ? min : Math.min(max, min + (max - min) * rng.uniform());
}

/** Draws one whole number from a range of two, both included; nothing is drawn for one number. */
export function drawWholeFrom(rng: Rng, [min, max]: readonly [number, number]): number {
  return min === max ? min : min + rng.integer(max - min + 1);
}

/** Draws one number from a range, evenly in its logarithm: 0.5 is as likely as 2. */
export function drawLogFrom(rng: Rng, [min, max]: readonly [number, number]): number {
  return min === max ? min : Math.max(min, Math.min(max, min * (max / min) ** rng.uniform()));
}
