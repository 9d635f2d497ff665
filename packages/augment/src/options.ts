import type { Rng } from '@cxr/image';

/** A number, or the lowest and the highest of those drawn from evenly. */
export type NumberRange = number | readonly [lowest: number, highest: number];

/**
 * Both ends of a range.
 * @throws RangeError if it is none, or leaves lowest..highest.
 */
export function checkRange(
  name: string,
  value: NumberRange,
  lowest: number = -Infinity,
  highest: number = Infinity,
): readonly [number, number] {
  const [low, high] = typeof value === 'number' ? [value, value] : value;
  if (!(low <= high && low >= lowest && high <= highest && Number.isFinite(low) && Number.isFinite(high))) {
    throw new RangeError(`invalid ${name}: ${typeof value === 'number' ? value : `[${value}]`}`);
  }
  return [low, high];
}

/** @throws RangeError unless the number is finite and in lowest..highest. */
export function checkNumber(
  name: string,
  value: number,
  lowest: number = -Infinity,
  highest: number = Infinity,
): number {
  return checkRange(name, value, lowest, highest)[0];
}

/** @throws RangeError unless the number is whole and in lowest..highest. */
export function checkWhole(name: string, value: number, lowest: number, highest: number = 2 ** 31): number {
  if (!Number.isInteger(value)) throw new RangeError(`invalid ${name}: ${value}`);
  return checkNumber(name, value, lowest, highest);
}

/** One number out of a range, evenly. */
export function drawFrom(rng: Rng, [low, high]: readonly [number, number]): number {
  return low === high ? low : low + (high - low) * rng.uniform();
}

/** One number out of a range, evenly in its logarithm: 0.5 is then as likely as 2. */
export function drawLogFrom(rng: Rng, [low, high]: readonly [number, number]): number {
  return low === high ? low : low * (high / low) ** rng.uniform();
}
