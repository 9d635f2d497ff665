import '@tensorflow/tfjs-backend-cpu';
import { findBackend } from '@tensorflow/tfjs-core';
import { registerCpuKernels } from '../kernels/index.js';
import type { Backend } from './backend.js';
import { restorer } from './lifetime.js';

const restore = restorer('cpu', 1);

/** TensorFlow.js in plain JavaScript, with its wrong gradients replaced. About a hundred times too slow to train on. */
export const cpu: Backend = {
  stock: '@tensorflow/tfjs-backend-cpu',
  async start() {
    restore();
    registerCpuKernels();
    // Without this it prints advice to install tfjs-node when it gets its first tensor.
    ((findBackend('cpu') as { firstUse?: boolean } | null) ?? {}).firstUse = false;
    return 'cpu';
  },
};
