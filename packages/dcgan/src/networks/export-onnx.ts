import { encodeOnnx, type OnnxNode, type OnnxTensor } from '@cxr/backend/onnx';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkGenerator, classCount, latentLength } from '../sampling/check-generator.js';

/**
 * A generator as an ONNX model (opset 17), for onnxruntime in any language. Inputs: `latent` float32
 * `[n, latentDim]`, N(0, 1), and for a conditional generator `label` float32 `[n, classes]`, one-hot. Output: `output`
 * float32 `[n, size, size, channels]` in [−1, 1].
 * @throws TypeError if it is no generator; RangeError for a layer that a generator of this package does not have.
 */
export async function exportOnnx(generator: tfl.LayersModel): Promise<Uint8Array> {
  checkGenerator('exportOnnx', generator);
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  for (const layer of generator.layers) {
    if (layer.getClassName() === 'InputLayer') continue;
    const convert = CONVERTERS[layer.getClassName()];
    if (!convert) throw new RangeError(`no ONNX form of layer ${layer.name} (${layer.getClassName()})`);
    const weights = await Promise.all((layer.getWeights() as tf.Tensor[]).map(toWeight));
    const sources = [layer.input].flat().map(({ sourceLayer }) => sourceLayer.name);
    const config = layer.getConfig() as LayerConfig;
    const rank = [layer.output].flat()[0]!.shape.length;
    const part = convert({ name: layer.name, sources, weights, config, rank });
    nodes.push(...part.nodes);
    initializers.push(...(part.initializers ?? []));
  }
  const last = generator.outputs[0]!;
  nodes.push({
    op: 'Transpose',
    inputs: [last.sourceLayer.name],
    outputs: ['output'],
    attributes: { perm: [0, 2, 3, 1] },
  });
  const classes = classCount(generator);
  return encodeOnnx({
    name: 'generator',
    nodes,
    initializers,
    inputs: [
      { name: 'latent', type: 'float32', shape: ['n', latentLength(generator)] },
      ...(classes > 0 ? [{ name: 'label', type: 'float32', shape: ['n', classes] } as const] : []),
    ],
    outputs: [{ name: 'output', type: 'float32', shape: ['n', ...(last.shape.slice(1) as number[])] }],
  });
}

interface Weight {
  shape: number[];
  data: Float32Array;
}

interface LayerConfig {
  axis?: number;
  cropping?: [[number, number], [number, number]];
  activation?: string;
  poolSize?: number[];
  alpha?: number;
  epsilon?: number;
  kernelSize?: number[];
  padding?: string | number[][];
  strides?: number[];
  targetShape?: number[];
  units?: number;
}

interface LayerParts {
  name: string;
  /** Names of the layers that feed this one. */
  sources: string[];
  weights: Weight[];
  config: LayerConfig;
  /** Number of axes of what the layer makes. */
  rank: number;
}

/** What a layer becomes: its last node's output carries the layer's name. Images are [n, c, h, w] in between. */
type Convert = (layer: LayerParts) => { nodes: OnnxNode[]; initializers?: OnnxTensor[] };

const CONVERTERS: Readonly<Record<string, Convert>> = {
  Dense: ({ name, sources, weights }) => {
    const [kernel, bias] = weights;
    const inputs = [...sources, `${name}/kernel`, ...(bias ? [`${name}/bias`] : [])];
    const initializers = [tensor(`${name}/kernel`, kernel!), ...(bias ? [tensor(`${name}/bias`, bias)] : [])];
    return { nodes: [{ op: 'Gemm', inputs, outputs: [name] }], initializers };
  },
  // Axes of tfjs's images are n, h, w, c; latents have one.
  Concatenate: ({ name, sources, config, rank }) => ({
    nodes: [
      {
        op: 'Concat',
        inputs: sources,
        outputs: [name],
        attributes: { axis: rank === 2 ? 1 : [0, 2, 3, 1].at(config.axis!)! },
      },
    ],
  }),
  Cropping2D: ({ name, sources, config }) => {
    const [[top, bottom], [left, right]] = config.cropping!;
    const END = 2 ** 31 - 1;
    const values = {
      starts: [top, left],
      ends: [bottom > 0 ? -bottom : END, right > 0 ? -right : END],
      axes: [2, 3],
    };
    const initializers = Object.entries(values).map(([part, numbers]) => ({
      name: `${name}/${part}`,
      dims: [2],
      data: BigInt64Array.from(numbers.map(BigInt)),
    }));
    const inputs = [...sources, ...initializers.map((part) => part.name)];
    return { nodes: [{ op: 'Slice', inputs, outputs: [name] }], initializers };
  },
  Maximum: ({ name, sources }) => ({ nodes: [{ op: 'Max', inputs: sources, outputs: [name] }] }),
  Minimum: ({ name, sources }) => ({ nodes: [{ op: 'Min', inputs: sources, outputs: [name] }] }),
  Reshape: ({ name, sources, config }) => {
    const shape = {
      name: `${name}/shape`,
      dims: [4],
      data: BigInt64Array.from([-1, ...config.targetShape!].map(BigInt)),
    };
    const nodes = [
      { op: 'Reshape', inputs: [...sources, shape.name], outputs: [`${name}/nhwc`] },
      { op: 'Transpose', inputs: [`${name}/nhwc`], outputs: [name], attributes: { perm: [0, 3, 1, 2] } },
    ];
    return { nodes, initializers: [shape] };
  },
  BatchNormalization: ({ name, sources, weights, config }) => {
    const parts = ['gamma', 'beta', 'mean', 'variance'].map((part, i) =>
      tensor(`${name}/${part}`, weights[i]!),
    );
    const inputs = [...sources, ...parts.map((part) => part.name)];
    const attributes = { epsilon: { float: config.epsilon! } };
    return {
      nodes: [{ op: 'BatchNormalization', inputs, outputs: [name], attributes }],
      initializers: parts,
    };
  },
  // tfjs: [kh, kw, out, in]; ONNX: [in, out, kh, kw].
  Conv2DTranspose: (layer) => convolution('ConvTranspose', layer, [3, 2, 0, 1]),
  // tfjs: [kh, kw, in, out]; ONNX: [out, in, kh, kw].
  Conv2D: (layer) => convolution('Conv', layer, [3, 2, 0, 1]),
  DepthwiseConv2D: (layer) => {
    // Weights that do not train come last.
    const [bias, kernel] = layer.weights.length === 2 ? layer.weights : [undefined, layer.weights[0]];
    const [kh, kw, channels] = kernel!.shape as [number, number, number];
    // tfjs: [kh, kw, channels, 1]; ONNX: [channels, 1, kh, kw].
    const weight = tensor(`${layer.name}/kernel`, permute(kernel!, [2, 3, 0, 1]));
    const initializers = [weight, ...(bias ? [tensor(`${layer.name}/bias`, bias)] : [])];
    const inputs = [...layer.sources, ...initializers.map(({ name }) => name)];
    const attributes = { kernel_shape: [kh, kw], group: channels };
    return { nodes: [{ op: 'Conv', inputs, outputs: [layer.name], attributes }], initializers };
  },
  ZeroPadding2D: ({ name, sources, config }) => {
    const [[top, bottom], [left, right]] = config.padding as [[number, number], [number, number]];
    const data = BigInt64Array.from([0, 0, top, left, 0, 0, bottom, right].map(BigInt));
    const pads = { name: `${name}/pads`, dims: [8], data };
    return {
      nodes: [{ op: 'Pad', inputs: [...sources, pads.name], outputs: [name] }],
      initializers: [pads],
    };
  },
  Add: ({ name, sources }) => ({ nodes: [{ op: 'Add', inputs: sources, outputs: [name] }] }),
  ReLU: ({ name, sources }) => ({ nodes: [{ op: 'Relu', inputs: sources, outputs: [name] }] }),
  LeakyReLU: ({ name, sources, config }) => ({
    nodes: [
      { op: 'LeakyRelu', inputs: sources, outputs: [name], attributes: { alpha: { float: config.alpha! } } },
    ],
  }),
  Activation: ({ name, sources, config }) => {
    const op = config.activation === 'sigmoid' ? 'Sigmoid' : 'Tanh';
    return { nodes: [{ op, inputs: sources, outputs: [name] }] };
  },
  Multiply: ({ name, sources }) => ({ nodes: [{ op: 'Mul', inputs: sources, outputs: [name] }] }),
  AveragePooling2D: ({ name, sources, config }) => {
    const attributes = { kernel_shape: config.poolSize!, strides: config.poolSize! };
    return { nodes: [{ op: 'AveragePool', inputs: sources, outputs: [name], attributes }] };
  },
};

/** A k × k convolution; `same` padding is the same on every side, since k − stride is even in our generators. */
function convolution(
  op: string,
  { name, sources, weights, config }: LayerParts,
  order: number[],
): ReturnType<Convert> {
  const [kernel, bias] = weights;
  const [size, stride] = [config.kernelSize![0]!, config.strides![0]!];
  const pad = config.padding === 'valid' ? 0 : (size - stride) / 2;
  const attributes = { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
  const inputs = [...sources, `${name}/kernel`, ...(bias ? [`${name}/bias`] : [])];
  const initializers = [tensor(`${name}/kernel`, permute(kernel!, order))];
  if (bias) initializers.push(tensor(`${name}/bias`, bias));
  return { nodes: [{ op, inputs, outputs: [name], attributes }], initializers };
}

const tensor = (name: string, { shape, data }: Weight): OnnxTensor => ({ name, dims: shape, data });

async function toWeight(weight: tf.Tensor): Promise<Weight> {
  return { shape: weight.shape, data: Float32Array.from(await weight.data()) };
}

/** Axis i of the result is axis order[i] of the source. */
function permute({ shape, data }: Weight, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const to = order.map((axis) => shape[axis]!);
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < to[0]!; a++) {
    for (let b = 0; b < to[1]!; b++) {
      for (let c = 0; c < to[2]!; c++) {
        for (let d = 0; d < to[3]!; d++) out[at++] = data[a * s0 + b * s1 + c * s2 + d * s3]!;
      }
    }
  }
  return { shape: to, data: out };
}
