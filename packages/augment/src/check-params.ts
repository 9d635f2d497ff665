import type { Json } from './json.js';

/**
 * Checks parameters, such as those of a record from a file, against some that the transform has drawn itself: the same keys, the
 * same kinds of values, finite numbers, and lists of the same length (a list of objects may have any length).
 * @throws RangeError naming the transform and the parameter.
 */
export function checkParams(transform: string, params: Json | undefined, drawn: Json, path = ''): void {
  const invalid = () =>
    new RangeError(`invalid ${path || 'parameters'} of ${transform}: ${describe(params, drawn)}`);
  if (drawn === null || typeof drawn !== 'object') {
    const valid = typeof drawn === 'number' ? Number.isFinite(params) : typeof params === typeof drawn;
    if (!valid) throw invalid();
    return;
  }
  if (Array.isArray(drawn)) {
    if (!Array.isArray(params)) throw invalid();
    const [first] = drawn as readonly Json[];
    const anyLength = typeof first === 'object' && first !== null && !Array.isArray(first);
    if (params.length !== drawn.length && !anyLength) throw invalid();
    // By index, since `forEach` skips holes.
    for (let i = 0; i < params.length; i++) {
      checkParams(transform, params[i] as Json, anyLength ? first : (drawn[i] as Json), `${path}[${i}]`);
    }
    return;
  }
  if (params === null || typeof params !== 'object' || Array.isArray(params)) throw invalid();
  const [given, known] = [params as Fields, drawn as Fields];
  const named = (key: string) => (path ? `${path}.${key}` : key);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(known, key)) continue;
    const names = Object.keys(known).join(', ') || 'none';
    throw new RangeError(`unknown parameter '${named(key)}' of ${transform} (it has ${names})`);
  }
  for (const [key, value] of Object.entries(known)) {
    checkParams(transform, Object.hasOwn(given, key) ? given[key] : undefined, value, named(key));
  }
}

type Fields = Readonly<Record<string, Json>>;

function describe(value: Json | undefined, drawn: Json): string {
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : `${value}`;
  return `${text} (such as ${JSON.stringify(drawn)})`;
}
