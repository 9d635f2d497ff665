/** Node's own modules, when this runs in Node: asked for at run time, so that no bundler looks for them. */
function builtin<T>(name: string): T | undefined {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return node?.getBuiltinModule?.(name) as T | undefined;
}

/** `require` as seen from this package, or undefined outside Node. */
export function nodeRequire(): NodeJS.Require | undefined {
  return builtin<typeof import('node:module')>('node:module')?.createRequire(import.meta.url);
}

/** Processors that this process may use. */
export function processors(): number {
  const os = builtin<typeof import('node:os')>('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
