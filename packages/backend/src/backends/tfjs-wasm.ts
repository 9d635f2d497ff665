import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { env } from '@tensorflow/tfjs-core';
import { withSharedMemory } from '../simd/shared-memory.js';
import { nodeRequire } from './platform.js';

/** Prefix of the names of TensorFlow.js's `.wasm` files, which tells their fetch from all others. */
const PREFIX = 'cxr-embedded:';

/** What the next fetch of such a name gets. */
let bytesToGive: Uint8Array<ArrayBuffer> | undefined;

/** True once TensorFlow.js asks us for its WebAssembly. */
let asksUs = false;

/**
 * Hands TensorFlow.js's wasm backend its WebAssembly. On its own it fetches a `.wasm` file from the folder of the script,
 * where bundlers do not put it. Here, in browsers, the bytes come from a JavaScript module of this package. In Node they come
 * from the installed file, and only where there is none, as beside a bundle, from that module.
 *
 * @param shared true for a module whose memory threads can share. Where its bytes are not to be had it is not shared.
 * @returns a hint to append to the error if TensorFlow.js still does not start.
 * @throws Error when WebAssembly SIMD is missing or forbidden, or the module cannot be loaded.
 */
export async function giveTfjsWasm(shared: boolean): Promise<string> {
  if (nodeRequire()) {
    give(bytesInNode() ?? (await embeddedForNode()), shared);
    return '';
  }
  const { bytes, version } = await loadModule();
  // The WebAssembly fits only the JavaScript of its own version. Other versions load theirs in TensorFlow.js's own way.
  if (version !== version_wasm) {
    return `: its ${version_wasm} looks for .wasm files where setWasmPaths says; install ${version}, whose WebAssembly comes with @cxr/backend`;
  }
  const wasm = await bytes();
  // TensorFlow.js does not notice when this fails, and would wait for ever.
  await assertCompiles(wasm);
  give(wasm, shared);
  return '';
}

/** The installed package's WebAssembly; undefined where it is not found, as in a bundle. */
function bytesInNode(): Uint8Array | undefined {
  const require = nodeRequire()!;
  try {
    const file = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');
    return (require('node:fs') as typeof import('node:fs')).readFileSync(file);
  } catch {
    return undefined;
  }
}

/** The WebAssembly that a bundle for Node brings; undefined where it is of another version, or left out. */
async function embeddedForNode(): Promise<Uint8Array | undefined> {
  try {
    const { bytes, version } = await loadModule();
    return version === version_wasm ? await bytes() : undefined;
  } catch {
    return undefined;
  }
}

function give(wasm: Uint8Array | undefined, shared: boolean): void {
  if (!wasm) return;
  bytesToGive = shared ? withSharedMemory(wasm) : Uint8Array.from(wasm);
  if (asksUs) return;
  asksUs = true;
  const { platform } = env();
  const fetch = platform.fetch.bind(platform);
  platform.fetch = (path, init) =>
    path.startsWith(PREFIX) ? Promise.resolve(new Response(bytesToGive)) : fetch(path, init);
  setWasmPaths(PREFIX, true);
}

async function loadModule(): Promise<typeof import('../../wasm/tfjs-simd.js')> {
  try {
    return await import('../../wasm/tfjs-simd.js');
  } catch (cause) {
    throw new Error(`the script with TensorFlow.js's WebAssembly does not load: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function assertCompiles(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  if (!('WebAssembly' in globalThis)) throw new Error('there is no WebAssembly here');
  if (!WebAssembly.validate(wasm)) throw new Error('WebAssembly has no SIMD here');
  try {
    await WebAssembly.compile(wasm);
  } catch (cause) {
    const hint = "a content security policy has to allow script-src 'wasm-unsafe-eval'";
    throw new Error(`WebAssembly is forbidden here (${hint}): ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
