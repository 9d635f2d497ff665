/** A wrong argument in a few words, for an error message: `undefined`, `string folder`, `an array`, `Map`. Long text is cut. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `${typeof value} ${String(value).slice(0, 80)}`;
  if (Array.isArray(value)) return 'an array';
  const name = value.constructor?.name ?? 'Object';
  return name === 'Object' ? 'an object' : name;
}
