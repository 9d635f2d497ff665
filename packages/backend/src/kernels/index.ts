import { adam } from './adam.js';
import { add } from './add.js';
import { batchMatMul } from './batch-mat-mul.js';
import { batchNorm } from './batch-norm.js';
import { batchNormByMoments } from './batch-norm-by-moments.js';
import { batchNormGrad } from './batch-norm-grad.js';
import { pad, slice } from './blocks.js';
import { CLIPS } from './clip.js';
import { columnMean, columnSum } from './column-sum.js';
import { CONV_GRADIENTS } from './conv-grads.js';
import { conv2d } from './conv2d.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { cpuMatMul } from './cpu-mat-mul.js';
import { CUMULATIVE } from './cumulative.js';
import { DILATION_2D } from './dilation2d.js';
import { EXTREMES } from './extremes.js';
import { fusedConv2d } from './fused-conv2d.js';
import { fusedMatMul } from './fused-mat-mul.js';
import { gatherInBatches } from './gather.js';
import { guards } from './guards.js';
import { identity } from './identity.js';
import { keepWhere } from './keep-where.js';
import { overlay } from './kernel.js';
import type { KernelContext } from './kernel-context.js';
import { leakyRelu } from './leaky-relu.js';
import { leakyReluGrad } from './leaky-relu-grad.js';
import { maxPoolWithArgmax } from './max-pool-with-argmax.js';
import { cpuMemory, onCpu, onWasm, type PlainKernel, wasmMemory } from './plain.js';
import { POOLS } from './pool.js';
import { prelu } from './prelu.js';
import { RESIZE_GRADIENTS } from './resize-grad.js';
import { segmentSum } from './segment-sum.js';
import { square } from './square.js';

/** Kernels whose work is a matrix product, computed by `context.gemm`. */
const PRODUCTS = [conv2d, fusedConv2d, conv2dBackpropInput, conv2dBackpropFilter, batchMatMul, fusedMatMul];

/** Kernels that read and write memory once, in WebAssembly SIMD. */
const PASSES = [
  ...CLIPS,
  identity,
  leakyRelu,
  leakyReluGrad,
  columnSum,
  columnMean,
  batchNorm,
  batchNormGrad,
  adam,
  add,
  square,
  ...EXTREMES,
  keepWhere,
  slice,
  pad,
];

/** Kernels in plain JavaScript that replace wrong or missing stock ones, on the cpu backend too. */
const PLAIN: readonly PlainKernel[] = [
  ...POOLS,
  ...CONV_GRADIENTS,
  ...DILATION_2D,
  ...RESIZE_GRADIENTS,
  batchNormByMoments,
  gatherInBatches,
  segmentSum,
  prelu,
];

const SCRIPT = '@cxr/backend (JavaScript)';
const SIMD = '@cxr/backend (WebAssembly SIMD)';

/** Registers the training kernels for `backendName`, which keeps its tensors in `context.backend`. */
export function registerTrainingKernels(backendName: string, context: KernelContext): void {
  for (const make of PRODUCTS) overlay(backendName, make(context), context.gemm.source);
  for (const make of PASSES) overlay(backendName, make(context), SIMD);
  for (const plain of PLAIN) overlay(backendName, onWasm(plain), SCRIPT);
  overlay(backendName, maxPoolWithArgmax(wasmMemory), SCRIPT);
  for (const kernel of CUMULATIVE) overlay(backendName, kernel);
}

/** Registers the kernels that the cpu backend lacks or computes wrong, and the checks that it lacks. */
export function registerCpuKernels(): void {
  for (const plain of PLAIN) overlay('cpu', onCpu(plain), SCRIPT);
  overlay('cpu', maxPoolWithArgmax(cpuMemory), SCRIPT);
  for (const kernel of [...guards, ...CUMULATIVE, cpuMatMul]) overlay('cpu', kernel);
}
