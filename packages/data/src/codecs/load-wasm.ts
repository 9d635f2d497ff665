/** Libraries do not print: what a decoder has to say about broken data goes nowhere. */
const SILENT = { print() {}, printErr() {} };

/**
 * Readies a decoder of @jsquash. In browsers the module fetches itself; Node's fetch knows no files, so there the bytes are
 * read by hand.
 */
export async function loadWasm(file: string, init: unknown): Promise<void> {
  // The packages' own types leave out the form with a compiled module.
  const initialise = init as (...options: unknown[]) => Promise<void>;
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // Asking Node for its modules by name, not by import, keeps this file free of them for bundlers.
  const nodeModule = process?.getBuiltinModule?.('node:module') as typeof import('node:module') | undefined;
  const nodeFs = process?.getBuiltinModule?.('node:fs') as typeof import('node:fs') | undefined;
  if (!nodeModule || !nodeFs) {
    await initialise(SILENT);
    return;
  }
  const path = nodeModule.createRequire(import.meta.url).resolve(file);
  await initialise(await WebAssembly.compile(new Uint8Array(nodeFs.readFileSync(path))), SILENT);
}
