import { createRng } from '@cxr/image';
import { convLayers, type InceptionWeights, type WeightTensor } from '../inception/inception-weights.js';

/**
 * He-normal weights from a seed, for demos and tests without the real ones. Scores with them are not FIDs, and can be compared
 * only with scores of the same seed.
 *
 * @throws RangeError unless `seed` is a safe integer.
 */
export function randomWeights(seed: number): InceptionWeights {
  const tensors = new Map<string, WeightTensor>();
  convLayers().forEach((layer, index) => {
    const rng = createRng(seed, index);
    const shape = [layer.channelsOut, layer.channelsIn, ...layer.kernel];
    const fanIn = layer.channelsIn * layer.kernel[0] * layer.kernel[1];
    const deviation = Math.sqrt(2 / fanIn);
    const data = new Float32Array(layer.channelsOut * fanIn);
    for (let i = 0; i < data.length; i++) data[i] = deviation * rng.normal();
    tensors.set(`${layer.name}.conv.weight`, { shape, data });
    const constant = (value: number): WeightTensor => ({
      shape: [layer.channelsOut],
      data: new Float32Array(layer.channelsOut).fill(value),
    });
    tensors.set(`${layer.name}.bn.weight`, constant(1));
    tensors.set(`${layer.name}.bn.bias`, constant(0));
    tensors.set(`${layer.name}.bn.running_mean`, constant(0));
    // With the epsilon of 0.001 this makes the batch norm the identity.
    tensors.set(`${layer.name}.bn.running_var`, constant(0.999));
  });
  return { kind: 'random', tensors };
}
