import type { Tensor } from '@cxr/data';
import { CxrFileError, describeValue } from '@cxr/image';
import { type ConvLayer, networkLayers } from './network.js';

/** One tensor of a state dict, row-major; integers are given as floats. */
export type WeightTensor = Tensor;

/** The weights of the FID's Inception by pytorch-fid's own names, and where they are from. */
export interface InceptionWeights {
  /** Format of the file, or `random`. */
  kind: 'torch' | 'safetensors' | 'random';
  /** The file they were read from. */
  file?: string | undefined;
  /** Of the file's bytes, in hexadecimal: only scores with the same value can be compared. */
  sha256?: string | undefined;
  /** By name. */
  tensors: Map<string, WeightTensor>;
}

/** @throws TypeError for another value, saying how to read weights. */
export function assertWeights(value: unknown): asserts value is InceptionWeights {
  if ((value as Partial<InceptionWeights> | null | undefined)?.tensors instanceof Map) return;
  throw new TypeError(
    `expected the Inception's weights, not ${describeValue(value)}; readWeights of @cxr/fid reads them from bytes, loadWeights of @cxr/fid/node from a file`,
  );
}

/** The parts of a batch norm, by pytorch-fid's names. */
const BATCH_NORM_PARTS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** The convolutions of the whole network. */
export function convLayers(): ConvLayer[] {
  return networkLayers(2048).filter((layer) => layer.kind === 'conv');
}

/**
 * Checks that every convolution and batch norm of the network is there in its right shape. The whole network is
 * checked whatever the dims: a file that lacks a part is another file.
 *
 * @throws CxrFileError `mismatch`, naming the first tensor that is missing, has another shape, or is not finite.
 */
export function checkWeights(tensors: ReadonlyMap<string, WeightTensor>, file?: string): void {
  for (const layer of convLayers()) {
    const kernel = [layer.channelsOut, layer.channelsIn, ...layer.kernel];
    checkTensor(tensors, `${layer.name}.conv.weight`, kernel, file);
    for (const part of BATCH_NORM_PARTS) {
      checkTensor(tensors, `${layer.name}.bn.${part}`, [layer.channelsOut], file);
    }
  }
}

function checkTensor(
  tensors: ReadonlyMap<string, WeightTensor>,
  name: string,
  shape: readonly number[],
  file: string | undefined,
): void {
  const tensor = tensors.get(name);
  if (!tensor) throw mismatch(`weights lack the tensor ${name} of the FID Inception network`, file);
  if (tensor.shape.join() !== shape.join()) {
    throw mismatch(`weights tensor ${name} has shape [${tensor.shape}], not [${shape}]`, file);
  }
  if (!allFinite(tensor.data)) throw mismatch(`weights tensor ${name} is not finite`, file);
}

/** A plain loop: these are 24 million values, and a callback for each would take longer than reading them. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

function mismatch(message: string, file: string | undefined): CxrFileError {
  return new CxrFileError('mismatch', message, { file });
}
