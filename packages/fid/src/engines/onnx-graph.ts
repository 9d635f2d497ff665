import type { OnnxNode, OnnxTensor } from '@cxr/backend/onnx';
import { encodeOnnx } from '@cxr/backend/onnx';
import { checkOptions } from '@cxr/image';
import { foldConv } from '../inception/fold.js';
import { assertWeights, type InceptionWeights } from '../inception/inception-weights.js';
import { assertDims, type Dims, INPUT_SIZE, type Layer, networkLayers } from '../inception/network.js';

/**
 * The Inception as an ONNX model in memory: input `image` uint8 or float32 `[n, 299, 299, 3]`, 0 to 255; output
 * `activations` float32 `[n, dims]`. Batch norm is folded; only the layers that `dims` needs are in it.
 *
 * @throws RangeError for wrong or unknown options; TypeError for what are no weights, or if they lack a tensor.
 */
export function inceptionOnnx(
  weights: InceptionWeights,
  options: { dims: Dims; input: 'uint8' | 'float32' },
): Uint8Array {
  checkOptions('inceptionOnnx', options, { dims: true, input: true });
  const { dims, input } = options;
  assertWeights(weights);
  assertDims(dims);
  if (input !== 'uint8' && input !== 'float32')
    throw new RangeError(`input must be uint8 or float32: ${input}`);
  const layers = networkLayers(dims);
  const scalar = (name: string, value: number): OnnxTensor => ({
    name,
    dims: [],
    data: Float32Array.of(value),
  });
  const initializers: OnnxTensor[] = [scalar('full', 255), scalar('two', 2), scalar('one', 1)];
  const nodes: OnnxNode[] = [
    { op: 'Transpose', inputs: ['image'], outputs: ['planes'], attributes: { perm: [0, 3, 1, 2] } },
    { op: 'Cast', inputs: ['planes'], outputs: ['float'], attributes: { to: FLOAT } },
    // To [0, 1], then to [−1, 1], in the steps that torch takes.
    { op: 'Div', inputs: ['float', 'full'], outputs: ['unit'] },
    { op: 'Mul', inputs: ['unit', 'two'], outputs: ['twice'] },
    { op: 'Sub', inputs: ['twice', 'one'], outputs: [valueName('image')] },
  ];
  for (const layer of layers) {
    nodes.push(...layerNodes(layer));
    if (layer.kind !== 'conv') continue;
    const { kernel, bias } = foldConv(weights, layer);
    const shape = [layer.channelsOut, layer.channelsIn, ...layer.kernel];
    initializers.push({ name: `${layer.name}.kernel`, dims: shape, data: kernel });
    initializers.push({ name: `${layer.name}.bias`, dims: [layer.channelsOut], data: bias });
  }
  nodes.push(
    { op: 'GlobalAveragePool', inputs: [valueName(layers.at(-1)!.name)], outputs: ['mean'] },
    { op: 'Flatten', inputs: ['mean'], outputs: ['activations'], attributes: { axis: 1 } },
  );
  return encodeOnnx({
    name: 'inception-2015-12-05',
    nodes,
    initializers,
    inputs: [{ name: 'image', type: input, shape: ['n', INPUT_SIZE, INPUT_SIZE, 3] }],
    outputs: [{ name: 'activations', type: 'float32', shape: ['n', dims] }],
  });
}

/** ONNX's number for float32. */
const FLOAT = 1;

/** The name of a layer's output. The suffix keeps that of `image` different from the model's input. */
const valueName = (layer: string): string => `${layer}:0`;

function layerNodes(layer: Layer): OnnxNode[] {
  const output = valueName(layer.name);
  if (layer.kind === 'concat') {
    return [
      { op: 'Concat', inputs: layer.inputs.map(valueName), outputs: [output], attributes: { axis: 1 } },
    ];
  }
  const input = valueName(layer.input);
  const kernel = layer.kind === 'conv' ? layer.kernel : ([3, 3] as const);
  const attributes = {
    kernel_shape: [...kernel],
    strides: [layer.stride, layer.stride],
    pads: padding(kernel, layer.padding),
  };
  if (layer.kind === 'conv') {
    const inputs = [input, `${layer.name}.kernel`, `${layer.name}.bias`];
    const sum = `${layer.name}:sum`;
    return [
      { op: 'Conv', inputs, outputs: [sum], attributes },
      { op: 'Relu', inputs: [sum], outputs: [output] },
    ];
  }
  const op = layer.kind === 'max' ? 'MaxPool' : 'AveragePool';
  // ONNX's average leaves padding out by default (count_include_pad 0).
  return [{ op, inputs: [input], outputs: [output], attributes }];
}

/** Top, left, bottom, right. */
function padding(kernel: readonly [number, number], kind: 'same' | 'valid'): number[] {
  const [y, x] = kind === 'same' ? [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2] : [0, 0];
  return [y, x, y, x];
}
