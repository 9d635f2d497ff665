import { adam } from './adam.js';
import { batchMatMul } from './batch-mat-mul.js';
import { batchNorm } from './batch-norm.js';
import { batchNormGrad } from './batch-norm-grad.js';
import { columnMean, columnSum } from './column-sum.js';
import { conv2d } from './conv2d.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { fusedConv2d } from './fused-conv2d.js';
import { fusedMatMul } from './fused-mat-mul.js';
import { identity } from './identity.js';
import { overlay } from './kernel.js';
import { leakyRelu } from './leaky-relu.js';
import { leakyReluGrad } from './leaky-relu-grad.js';
import type { Tools } from './tools.js';

/** Those whose work is a matrix product, by whatever library `tools.gemm` is. */
const PRODUCTS = [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter, batchMatMul, fusedMatMul];

/** Those that read and write the tensors' memory once, in WebAssembly SIMD. */
const PASSES = [identity, leakyRelu, leakyReluGrad, columnSum, columnMean, batchNorm, batchNormGrad, adam];

const SIMD = '@cxr/backend (WebAssembly SIMD)';

/** Registers the training kernels for `backendName`, which keeps its tensors in `tools.backend`. */
export function registerTrainingKernels(backendName: string, tools: Tools): void {
  for (const make of PRODUCTS) overlay(backendName, make(tools), tools.gemm.source);
  for (const make of PASSES) overlay(backendName, make(tools), SIMD);
}
