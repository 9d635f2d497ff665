import { nodeRequire } from '../platform.js';
import type { Candidate } from './candidate.js';

/** TensorFlow itself, through tfjs-node: an optional peer, as its library comes by a download at install time. */
export const node: Candidate = {
  name: 'node',
  async start() {
    const require = nodeRequire();
    if (!require) throw new Error('@tensorflow/tfjs-node runs in Node only');
    restoreUtil(require('node:util') as Record<string, unknown>);
    require('@tensorflow/tfjs-node');
    return 'tensorflow';
  },
};

/** tfjs-node 4.22 calls helpers that Node 23 took out of `util`. */
function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
