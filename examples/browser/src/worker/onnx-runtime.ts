import type { OnnxRuntime } from '@cxr/fid';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';

/** onnxruntime in WebAssembly, on one thread: its own threads start from a script that a bundle does not have. */
export function onnxRuntime(): OnnxRuntime {
  ort.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };
  ort.env.wasm.numThreads = 1;
  return ort as unknown as OnnxRuntime;
}
