import { type GradConfig, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * Kernels whose output moves in steps, so that the gradient is 0. TensorFlow.js has none for those that return true or false, so
 * layers that compare their input (masking, thresholded relu, where) cannot be trained; its own of FloorDiv is that of a division.
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
  FloorDiv: ['a', 'b'],
};

export const conditionGradients: readonly GradConfig[] = Object.entries(KERNELS).map(
  ([kernelName, inputs]) => ({
    kernelName,
    inputsToSave: [...inputs],
    gradFunc: (_, saved) =>
      Object.fromEntries(inputs.map((name, i) => [name, () => zeros((saved[i] as Tensor).shape)])),
  }),
);
