/** The backends that there may be, fastest first. */
export const BACKEND_NAMES = ['node', 'webgpu', 'native', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];
