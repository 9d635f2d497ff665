import { describeValue } from '@cxr/image';

/**
 * The number of a class: by its name, or as a number (also as text, `'1'`, as on a command line).
 * @param classes how many there are.
 * @param classNames those that the run was given, in the order of their numbers; undefined where it was given none.
 * @throws RangeError naming the choices; TypeError for a label that is neither text nor a number, and for names that are no array.
 */
export function labelOf(label: string | number, classes: number, classNames?: readonly string[]): number {
  if (typeof label !== 'string' && typeof label !== 'number') {
    throw new TypeError(`a label is a class’s name or number, not ${describeValue(label)}`);
  }
  if (!(Number.isSafeInteger(classes) && classes >= 0)) throw new RangeError(`invalid classes: ${classes}`);
  if (classNames !== undefined && !Array.isArray(classNames)) {
    throw new TypeError(`classNames are an array of names, not ${describeValue(classNames)}`);
  }
  if (classes === 0) throw new RangeError(`invalid label: ${label} (the generator is unconditional)`);
  const named = classNames?.indexOf(String(label)) ?? -1;
  if (named >= 0) return named;
  const number = typeof label === 'string' && label.trim() === '' ? Number.NaN : Number(label);
  if (Number.isInteger(number) && number >= 0 && number < classes) return number;
  const names = classNames ? `${classNames.join(', ')}, or ` : '';
  throw new RangeError(`invalid label: ${label} (${names}0 to ${classes - 1})`);
}
