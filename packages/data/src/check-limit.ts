/** Checks a limit, such as of pixels or bytes; NaN would be no limit at all. @throws RangeError unless it is a number from 0 on. */
export function checkLimit(name: string, value: number): void {
  if (typeof value === 'number' && value >= 0) return;
  throw new RangeError(`invalid ${name}: ${String(value)} (a number from 0 on)`);
}
