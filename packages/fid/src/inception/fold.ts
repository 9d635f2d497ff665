import type { InceptionWeights, WeightTensor } from './inception-weights.js';
import type { ConvLayer } from './network.js';

/** A convolution with its batch norm folded in. */
export interface FoldedConv {
  /** `[out, in, height, width]`, the layout of torch and ONNX. */
  kernel: Float32Array;
  bias: Float32Array;
}

/** torchvision's BasicConv2d has this epsilon, not batch norm's usual 1e-5. */
const EPSILON = 0.001;

/**
 * Folds the batch norm that follows a convolution into its kernel and bias:
 * γ · (w∗x − μ) / √(σ² + ε) + β = (s·w)∗x + (β − s·μ), with s = γ / √(σ² + ε), computed in float64.
 */
export function foldConv(weights: InceptionWeights, layer: ConvLayer): FoldedConv {
  const tensor = (name: string): WeightTensor => {
    const found = weights.tensors.get(`${layer.name}.${name}`);
    if (!found) throw new TypeError(`weights lack ${layer.name}.${name}`);
    return found;
  };
  const kernel = tensor('conv.weight').data;
  const gamma = tensor('bn.weight').data;
  const beta = tensor('bn.bias').data;
  const mean = tensor('bn.running_mean').data;
  const variance = tensor('bn.running_var').data;
  const folded = new Float32Array(kernel.length);
  const bias = new Float32Array(layer.channelsOut);
  const size = kernel.length / layer.channelsOut;
  for (let out = 0; out < layer.channelsOut; out++) {
    const scale = gamma[out]! / Math.sqrt(variance[out]! + EPSILON);
    bias[out] = beta[out]! - scale * mean[out]!;
    for (let i = out * size; i < (out + 1) * size; i++) folded[i] = scale * kernel[i]!;
  }
  return { kernel: folded, bias };
}
