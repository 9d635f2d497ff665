/**
 * The number of a class: by its name, or as a number (also in words, as on a command line).
 * @param classNames those that the run was given, in the order of their numbers; undefined where it was given none.
 * @throws RangeError naming the choices.
 */
export function labelOf(label: string | number, classes: number, classNames?: readonly string[]): number {
  if (classes === 0) throw new RangeError(`invalid label: ${label} (the generator is unconditional)`);
  const named = classNames?.indexOf(String(label)) ?? -1;
  if (named >= 0) return named;
  const number = typeof label === 'string' && label.trim() === '' ? Number.NaN : Number(label);
  if (Number.isInteger(number) && number >= 0 && number < classes) return number;
  const names = classNames ? `${classNames.join(', ')}, or ` : '';
  throw new RangeError(`invalid label: ${label} (${names}0 to ${classes - 1})`);
}
