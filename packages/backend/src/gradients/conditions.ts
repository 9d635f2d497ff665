import { type GradConfig, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * Kernels that give true or false, with no gradient in TensorFlow.js: a layer that compares its input (masking,
 * thresholded relu, a where) cannot be trained without. Their slope is 0 wherever there is one.
 */
const KERNELS: Record<string, readonly string[]> = {
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  Equal: ['a', 'b'],
  NotEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalOr: ['a', 'b'],
  LogicalNot: ['x'],
  Any: ['x'],
  All: ['x'],
};

export const conditionGradients: readonly GradConfig[] = Object.entries(KERNELS).map(
  ([kernelName, inputs]) => ({
    kernelName,
    inputsToSave: [...inputs],
    gradFunc: (_, saved) =>
      Object.fromEntries(inputs.map((name, i) => [name, () => zeros((saved[i] as Tensor).shape)])),
  }),
);
