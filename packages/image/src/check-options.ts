import { describeValue } from './describe-value.js';

/** Every key of an options type: it does not compile if one is missing. */
export type KnownOptions<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses options that are misspelt or belong to another function: without this they would be ignored silently.
 *
 * @param caller name of the function, for the message
 * @throws RangeError naming the unknown key and the known ones; TypeError if `options` is not a plain object of options.
 */
export function checkOptions<T extends object>(caller: string, options: T, known: KnownOptions<T>): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw new TypeError(`${caller} takes an object of options, not ${describeValue(options)}`);
  }
  if (known === null || typeof known !== 'object') {
    throw new TypeError(`checkOptions takes an object of the known options, not ${describeValue(known)}`);
  }
  const unknown = Object.keys(options).find((key) => !(Object.hasOwn(known, key) && known[key as keyof T]));
  if (unknown === undefined) return;
  throw new RangeError(`unknown option '${unknown}' of ${caller} (it has ${Object.keys(known).join(', ')})`);
}
