/** The names of the backends, fastest first: `useBackend('auto')` tries them in this order. */
export const BACKEND_NAMES = ['node', 'webgpu', 'onnxruntime', 'wasm', 'cpu'] as const;

/** One of `BACKEND_NAMES`. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Names of earlier versions, as saved configurations have them, and what they are called now. */
export const OLD_BACKEND_NAMES: { readonly native: 'onnxruntime' } = { native: 'onnxruntime' };

/** A name that `useBackend` accepts: `auto` takes the fastest backend that works. */
export type BackendRequest = 'auto' | BackendName | keyof typeof OLD_BACKEND_NAMES;
