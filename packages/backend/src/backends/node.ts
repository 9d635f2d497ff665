import { env } from '@tensorflow/tfjs-core';
import type { Backend } from './backend.js';
import { nodeRequire, resolvePeer } from './platform.js';

/** TensorFlow itself, through tfjs-node: an optional peer, since its install script downloads a library. */
export const node: Backend = {
  stock: '@tensorflow/tfjs-node',
  async start() {
    const require = nodeRequire();
    if (!require) throw new Error('@tensorflow/tfjs-node runs in Node only');
    const place = resolvePeer(require, '@tensorflow/tfjs-node', '@tensorflow/tfjs-node@4.22.0');
    restoreUtil(require('node:util') as Record<string, unknown>);
    // By default TensorFlow prints which processor instructions it uses.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
    load(() => require(place));
    return 'tensorflow';
  },
};

/** tfjs-node 4.22 calls helpers of `util` that are deprecated in Node 22 and gone in Node 23. */
function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/** Hides TensorFlow.js's platform while tfjs-node loads; without this tfjs-node warns that it is set already. */
function load(run: () => void): void {
  const environment = env() as { platform: unknown };
  const { platform } = environment;
  environment.platform = null;
  try {
    run();
  } finally {
    environment.platform ??= platform;
  }
}
