import { CxrFileError, describeValue } from '@cxr/image';
import { DecoderLoadError } from '../load-wasm.js';

/** What we use of a module of `@cornerstonejs/codec-openjpeg`. */
export interface OpenJpegModule {
  J2KDecoder: new () => OpenJpegDecoder;
  /** All memory of the module. */
  HEAPU8: Uint8Array;
}

interface OpenJpegDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** A view of the module's memory, which later work overwrites. */
  getDecodedBuffer(): Uint8Array | Uint8ClampedArray;
  getFrameInfo(): {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned: boolean;
  };
  delete(): void;
}

/**
 * The default export of `@cornerstonejs/codec-openjpeg/decode`. Node finds the package by itself; in a browser pass it as
 * the option `openjpeg`: `(await import('@cornerstonejs/codec-openjpeg/decode')).default`.
 */
export type OpenJpeg = (options?: object) => PromiseLike<unknown>;

/** @throws TypeError unless it is absent or a function. */
export function checkOpenJpeg(openjpeg: unknown): void {
  if (openjpeg === undefined || typeof openjpeg === 'function') return;
  throw new TypeError(
    `openjpeg must be the default export of ${PACKAGE}/decode, not ${describeValue(openjpeg)}`,
  );
}

const PACKAGE = '@cornerstonejs/codec-openjpeg';

/** Libraries do not print. */
const SILENT = { print() {}, printErr() {} };

/**
 * A new module of the decoder: of the package that Node finds, else of the one that was passed in.
 * @throws CxrFileError 'unsupported', naming the package, if it is neither installed nor passed; DecoderLoadError.
 */
export async function loadOpenJpeg(passed: OpenJpeg | undefined): Promise<OpenJpegModule> {
  const installed = passed ? undefined : findPackage();
  const factory = passed ?? installed?.factory;
  if (!factory) throw new CxrFileError('unsupported', MISSING);
  try {
    const options = installed ? { ...SILENT, wasmBinary: installed.wasm } : { ...SILENT };
    return (await factory(options)) as OpenJpegModule;
  } catch (cause) {
    throw new DecoderLoadError('JPEG 2000', cause);
  }
}

const MISSING = `JPEG 2000, which needs the package ${PACKAGE}: install it beside @cxr/data (npm install ${PACKAGE}); in a browser also pass the option openjpeg: (await import('${PACKAGE}/decode')).default`;

/** The package in Node, in its faster form: a script and a WebAssembly file. */
function findPackage(): { factory: OpenJpeg; wasm: Uint8Array } | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  // No import statement: bundlers would not build without the package.
  const nodeModule = process?.getBuiltinModule?.('node:module') as typeof import('node:module') | undefined;
  const nodeFs = process?.getBuiltinModule?.('node:fs') as typeof import('node:fs') | undefined;
  if (!nodeModule || !nodeFs) return undefined;
  const require = nodeModule.createRequire(import.meta.url);
  let file: string;
  try {
    file = require.resolve(`${PACKAGE}/decodewasm`);
  } catch {
    return undefined;
  }
  return { factory: require(`${PACKAGE}/decodewasmjs`) as OpenJpeg, wasm: nodeFs.readFileSync(file) };
}
