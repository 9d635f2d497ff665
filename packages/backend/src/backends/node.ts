import { env } from '@tensorflow/tfjs-core';
import type { Backend } from './backend.js';
import { nodeRequire } from './platform.js';

/** TensorFlow itself, through tfjs-node: an optional peer, as its library comes by a download at install time. */
export const node: Backend = {
  stock: '@tensorflow/tfjs-node',
  async start() {
    const require = nodeRequire();
    if (!require) throw new Error('@tensorflow/tfjs-node runs in Node only');
    const place = require.resolve('@tensorflow/tfjs-node');
    restoreUtil(require('node:util') as Record<string, unknown>);
    // TensorFlow prints which instructions it uses.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
    load(() => require(place));
    return 'tensorflow';
  },
};

/** tfjs-node 4.22 calls helpers that Node 22 warns of and Node 23 took out of `util`. */
function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

/** Without TensorFlow.js's platform, of which tfjs-node would say that it sets it anew. */
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
