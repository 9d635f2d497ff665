import { expect } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: any function is called with any arguments
export type AnyFunction = (...args: any[]) => unknown;

/** What a caller may pass by mistake. As a path the text names a file that nobody can read or write. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  3,
  -1,
  '/dev/null/x',
  {},
  [],
  [null],
  true,
  () => 1,
];

/** Messages of the engine and of Node, which say where the code failed and not what was wrong. */
const FOREIGN =
  /cannot read propert|is not iterable|is not a function|not a constructor|cannot destructure|cannot convert|cannot use 'in'|cannot mix|cannot set prop|cannot create|invalid (typed )?array|out of bounds|must be of type|received |spread syntax|reduce of empty|incompatible|argument must|is not defined|is read-only|is not extensible|undefined \(reading|right-hand side|invalid url|codePointAt/i;

/** Calls a function and reads its result to the end: a promise, or what a generator gives. */
async function finish(call: () => unknown): Promise<void> {
  const result = await call();
  if (result === null || typeof result !== 'object' || !('next' in result)) return;
  for await (const _ of result as unknown as AsyncIterable<unknown>);
}

/**
 * What is wrong with how `fn` answers to wrong arguments: each of `right` replaced in turn, the last ones left out, and none
 * at all. It may work; otherwise it must throw a TypeError, a RangeError or a CxrFileError with a message of ours.
 */
export async function wrongAnswers(fn: AnyFunction, right: readonly unknown[]): Promise<string[]> {
  const calls: unknown[][] = right.map((_, count) => right.slice(0, count));
  for (const [at] of right.entries()) {
    for (const wrong of WRONG) calls.push(right.map((value, i) => (i === at ? wrong : value)));
  }
  const answers: string[] = [];
  for (const args of calls) {
    const error = await finish(() => fn(...args)).then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code?: unknown },
    );
    if (error === undefined) continue;
    const known = ['TypeError', 'RangeError', 'CxrFileError'].includes(error.name) || 'syscall' in error;
    const foreign = FOREIGN.test(error.message) || String(error.code ?? '').startsWith('ERR_');
    if (!known || foreign) answers.push(`(${args.map(show).join(', ')}): ${error.name}: ${error.message}`);
  }
  return answers;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (value === null || typeof value !== 'object') return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Fails unless the table names every function that a module exports, and no other. */
export function expectEveryFunction(table: Readonly<Record<string, unknown>>, module: object): void {
  const functions = Object.entries(module).filter(([, value]) => typeof value === 'function');
  expect(Object.keys(table).sort()).toEqual(functions.map(([name]) => name).sort());
}
