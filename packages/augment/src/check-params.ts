import type { Json } from './json.js';

/** The range of every number in a parameter; `'whole'` if they are whole numbers. */
export type Limit = readonly [min: number, max: number, whole?: 'whole'];

/** The limits of each parameter, those of the options that it is drawn from. */
export type Limits<P> = { readonly [K in keyof P]: Limit };

/** What `uint32` of a generator draws. */
export const SEED_LIMITS: Limit = [0, 2 ** 32 - 1, 'whole'];

/**
 * Checks parameters, such as those of a record from a file, against some that the transform has drawn itself: the same keys, the
 * same kinds of values, finite numbers, and lists of the same length (a list of objects may have any length).
 * @param limits what the numbers may be; those of a parameter without limits may be any.
 * @throws RangeError naming the transform and the parameter.
 */
export function checkParams(
  transform: string,
  params: Json | undefined,
  drawn: Json,
  limits: Readonly<Record<string, Limit>>,
): void {
  checkPart(transform, params, drawn, '', undefined, limits);
}

function checkPart(
  transform: string,
  params: Json | undefined,
  drawn: Json,
  path: string,
  limit: Limit | undefined,
  limits?: Readonly<Record<string, Limit>>,
): void {
  const invalid = () =>
    new RangeError(`invalid ${path || 'parameters'} of ${transform}: ${describe(params, drawn)}`);
  if (drawn === null || typeof drawn !== 'object') {
    const valid = typeof drawn === 'number' ? Number.isFinite(params) : typeof params === typeof drawn;
    if (!valid) throw invalid();
    if (limit && typeof params === 'number') checkLimit(`${path} of ${transform}`, params, limit);
    return;
  }
  if (Array.isArray(drawn)) {
    if (!Array.isArray(params)) throw invalid();
    const [first] = drawn as readonly Json[];
    const anyLength = typeof first === 'object' && first !== null && !Array.isArray(first);
    if (params.length !== drawn.length && !anyLength) throw invalid();
    // By index, since `forEach` skips holes.
    for (let i = 0; i < params.length; i++) {
      const like = anyLength ? first : (drawn[i] as Json);
      checkPart(transform, params[i] as Json, like, `${path}[${i}]`, limit);
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
    const part = Object.hasOwn(given, key) ? given[key] : undefined;
    checkPart(transform, part, value, named(key), limits?.[key] ?? limit);
  }
}

function checkLimit(what: string, value: number, [min, max, whole]: Limit): void {
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return;
  const kind = whole ? 'a whole number ' : '';
  const range = max === Infinity ? `from ${min} on` : `${min} to ${max}`;
  throw new RangeError(`invalid ${what}: ${value} (${kind}${range})`);
}

type Fields = Readonly<Record<string, Json>>;

function describe(value: Json | undefined, drawn: Json): string {
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : `${value}`;
  return `${text} (such as ${JSON.stringify(drawn)})`;
}
