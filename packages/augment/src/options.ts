import type { Rng } from '@cxr/image';

/** A number, or the smallest and the largest of those drawn from evenly. */
export type NumberRange = number | readonly [min: number, max: number];

/** Every key of a type of options: a key that is left out does not compile. */
export type KnownOptions<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses options that are misspelt or belong to another function: they would be passed over in silence.
 * @throws RangeError naming the unknown key and the known ones; TypeError for what is no object of options.
 */
export function checkOptions<T extends object>(of: string, options: T, known: KnownOptions<T>): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new TypeError(`${of} takes an object of options, not ${describe(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !(Object.hasOwn(known, key) && known[key as keyof T]));
  if (unknown === undefined) return;
  throw new RangeError(`unknown option '${unknown}' of ${of} (it has ${Object.keys(known).join(', ')})`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'function' ? 'a function' : String(value);
}

/**
 * Both ends of a range.
 * @throws RangeError if it is none, or leaves min..max.
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

/** @throws RangeError unless the number is finite and in min..max. */
export function checkNumber(
  name: string,
  value: number,
  min: number = -Infinity,
  max: number = Infinity,
): number {
  if (typeof value !== 'number') throw new RangeError(`invalid ${name}: ${String(value)}`);
  return checkRange(name, value, min, max)[0];
}

/** @throws RangeError unless the number is whole and in min..max. */
export function checkWhole(name: string, value: number, min: number, max: number = 2 ** 31): number {
  if (!Number.isInteger(value)) throw new RangeError(`invalid ${name}: ${String(value)}`);
  return checkNumber(name, value, min, max);
}

/** One number out of a range, evenly. */
export function drawFrom(rng: Rng, [min, max]: readonly [number, number]): number {
  return min === max ? min : min + (max - min) * rng.uniform();
}

/** One number out of a range, evenly in its logarithm: 0.5 is then as likely as 2. */
export function drawLogFrom(rng: Rng, [min, max]: readonly [number, number]): number {
  return min === max ? min : min * (max / min) ** rng.uniform();
}
