import * as tf from '@tensorflow/tfjs-core';

/** @throws Error where no TensorFlow.js backend is ready, saying what to call. */
export function requireBackend(): void {
  try {
    tf.backend();
  } catch (cause) {
    throw new Error('no TensorFlow.js backend is ready: `await useBackend()` of @cxr/backend before this', {
      cause,
    });
  }
}
