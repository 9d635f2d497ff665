/** Libraries do not print: what a decoder has to say about broken data goes nowhere. */
const SILENT = { print() {}, printErr() {} };

/**
 * A decoder could not be loaded, so that nothing is known of the image: not the file's fault, and no `CxrFileError`. Its
 * message says what to do, its `cause` is what went wrong.
 */
export class DecoderLoadError extends Error {
  constructor(decoder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`the ${decoder} decoder does not load (the image may be good): ${reason}. ${ADVICE}`, { cause });
    this.name = 'DecoderLoadError';
  }
}

const ADVICE =
  "It is WebAssembly in a script of its own: see that the server has all scripts of the build, and that a content security policy allows script-src 'wasm-unsafe-eval'";

/** What to load: the decoder's file in Node, and its embedded bytes elsewhere. */
export interface WasmDecoder {
  /** In messages. */
  name: string;
  file: string;
  embedded(): Promise<{ bytes(): Promise<Uint8Array<ArrayBuffer>> }>;
}

/**
 * Readies a decoder of @jsquash. Node reads its `.wasm` file. Elsewhere the bytes come out of a script, since bundlers do
 * not all put the file where the decoder would fetch it.
 *
 * @throws DecoderLoadError
 */
export async function loadWasm({ name, file, embedded }: WasmDecoder, init: unknown): Promise<void> {
  // The packages' own types leave out the form with a compiled module.
  const initialise = init as (module: WebAssembly.Module, options: object) => Promise<void>;
  try {
    const bytes = readFile(file) ?? (await (await embedded()).bytes());
    await initialise(await WebAssembly.compile(bytes), { ...SILENT, locateFile: (file: string) => file });
  } catch (cause) {
    throw new DecoderLoadError(name, cause);
  }
}

/** A file of a dependency, or undefined outside Node. */
function readFile(file: string): Uint8Array<ArrayBuffer> | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // Asking Node for its modules by name, not by import, keeps this file free of them for bundlers.
  const nodeModule = process?.getBuiltinModule?.('node:module') as typeof import('node:module') | undefined;
  const nodeFs = process?.getBuiltinModule?.('node:fs') as typeof import('node:fs') | undefined;
  if (!nodeModule || !nodeFs) return undefined;
  const path = nodeModule.createRequire(import.meta.url).resolve(file);
  return new Uint8Array(nodeFs.readFileSync(path));
}
