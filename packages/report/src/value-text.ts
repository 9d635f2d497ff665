/** A number as a label: at most `digits` significant digits, and an exponent for those close to zero. */
export function valueText(value: number, digits: number): string {
  const rounded = Number(value.toPrecision(digits));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}
