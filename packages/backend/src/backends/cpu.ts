import '@tensorflow/tfjs-backend-cpu';
import { findBackend } from '@tensorflow/tfjs-core';
import { registerCpuKernels } from '../kernels/index.js';
import type { Backend } from './backend.js';
import { restorer } from './lifetime.js';

const restore = restorer('cpu', 1);

/** TensorFlow.js in plain JavaScript, with the gradients that it has wrong replaced: about a hundred times too slow to train on. */
export const cpu: Backend = {
  stock: '@tensorflow/tfjs-backend-cpu',
  async start() {
    restore();
    registerCpuKernels();
    // On its first tensor it would print advice to install tfjs-node.
    ((findBackend('cpu') as { firstUse?: boolean } | null) ?? {}).firstUse = false;
    return 'cpu';
  },
};
