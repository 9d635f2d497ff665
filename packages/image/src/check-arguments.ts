import { describeValue } from './describe-value.js';

/** Checks an argument that must be text. @param name of the argument, for the message. @throws TypeError naming what it is. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${describeValue(value)}`);
}

/** Checks an argument that must be an array. @param name of the argument, for the message. @throws TypeError naming what it is. */
export function checkList(name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array, not ${describeValue(value)}`);
}

/** Checks an argument that must be a function. @param name of the argument, for the message. @throws TypeError naming what it is. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`${name} must be a function, not ${describeValue(value)}`);
  }
}

/**
 * Checks an argument that must be a whole number.
 * @param name of the argument, for the message.
 * @param min @default 1
 * @throws RangeError for anything else, and for a smaller number.
 */
export function checkWholeNumber(name: string, value: unknown, min: number = 1): asserts value is number {
  if (!(Number.isSafeInteger(value) && (value as number) >= min)) {
    throw new RangeError(`invalid ${name}: ${String(value)} (a whole number from ${min} on)`);
  }
}
