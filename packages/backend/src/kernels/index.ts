import { overlay } from '../kernel.js';
import type { Tools } from '../tools.js';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2d } from './conv2d.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { fusedConv2d } from './fused-conv2d.js';
import { fusedMatMul } from './fused-mat-mul.js';

const PRODUCTS = [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter, batchMatMul, fusedMatMul];

/** Registers the training kernels for `backendName`, which keeps its tensors in `tools.backend`. */
export function registerTrainingKernels(backendName: string, tools: Tools): void {
  for (const make of PRODUCTS) overlay(backendName, make(tools), tools.gemm.source);
}
