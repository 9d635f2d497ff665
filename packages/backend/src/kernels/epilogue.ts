import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Pointer } from '../simd/module.js';
import { pointer, type Tools } from '../tools.js';

/** What follows a product in a fused kernel. */
export interface Epilogue {
  bias: TensorInfo | undefined;
  activation: string | undefined;
  leakyreluAlpha: number | undefined;
}

/** True for a bias of one value a column and for the activations that `applyEpilogue` knows. */
export function takesEpilogue({ bias, activation }: Epilogue, columns: number): boolean {
  if (bias && !(bias.shape.length === 1 && bias.shape[0] === columns)) return false;
  return activation === undefined || ['linear', 'relu', 'leakyrelu'].includes(activation);
}

/** y = activation(y + bias) in place, y [rows, columns]. */
export function applyEpilogue(
  tools: Tools,
  { bias, activation, leakyreluAlpha }: Epilogue,
  y: Pointer,
  rows: number,
  columns: number,
): void {
  if (bias) tools.simd.addBias(y, pointer(tools.backend, bias), rows, columns);
  if (activation === 'relu') tools.simd.leakyRelu(y, y, 0, rows * columns);
  if (activation === 'leakyrelu') tools.simd.leakyRelu(y, y, leakyreluAlpha ?? 0.2, rows * columns);
}
