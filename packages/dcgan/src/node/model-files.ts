import { decodeValues, isShape, sizeOf } from '@cxr/data';
import { CxrFileError } from '@cxr/image';
import { checkFinite } from '../training/saved-values.js';
import type { ModelState, NamedArray } from '../training/train-state.js';
import { joinFloats } from './floats.js';
import { parseJsonObject } from './json-object.js';

/** A network as the two files that `tf.loadLayersModel` reads: `model.json` and `weights.bin`. */
export interface ModelFiles {
  'model.json': Uint8Array;
  'weights.bin': Uint8Array;
}

interface Spec {
  name: string;
  shape: number[];
  dtype: string;
}

interface ModelJson {
  modelTopology: unknown;
  weightsManifest: [{ paths: string[]; weights: Spec[] }];
}

/** Encodes a network as tfjs-layers' own format, all weights float32 in one file. */
export function encodeModel({ topology, weights }: ModelState): ModelFiles {
  const specs = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const model = {
    format: 'layers-model',
    generatedBy: '@cxr/dcgan',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
  };
  return {
    'model.json': new TextEncoder().encode(JSON.stringify(model)),
    'weights.bin': joinFloats(weights),
  };
}

/**
 * Decodes the two files.
 * @throws CxrFileError `corrupt`, naming the file, where they do not belong together, a weight is not finite or a layer is
 * none that our networks have.
 */
export function decodeModel(files: ModelFiles, folder: string): ModelState {
  const file = `${folder}/model.json`;
  const model = parseJsonObject(files['model.json'], file) as Partial<ModelJson>;
  const specs = model.weightsManifest?.[0]?.weights;
  if (!Array.isArray(specs) || !specs.every(isSpec)) {
    throw new CxrFileError('corrupt', 'its weightsManifest is not a list of names and shapes', { file });
  }
  checkLayers(model.modelTopology, file);
  const bytes = files['weights.bin'];
  const weightsFile = `${folder}/weights.bin`;
  const length = specs.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (length !== bytes.length) {
    throw new CxrFileError('corrupt', `${bytes.length} bytes, not ${length}`, { file: weightsFile });
  }
  const weights: NamedArray[] = [];
  let at = 0;
  for (const { name, shape } of specs) {
    const values = sizeOf(shape);
    weights.push({ name, shape, data: decodeValues(bytes.subarray(at), 'F32', values) });
    at += 4 * values;
  }
  checkFinite(weights, weightsFile);
  return { topology: model.modelTopology, weights };
}

const isSpec = (spec: Partial<Spec> | null): boolean =>
  typeof spec?.name === 'string' && isShape(spec.shape) && spec.dtype === 'float32';

/** Classes of the layers of `createGenerator` and `createDiscriminator`. */
const LAYER_CLASSES: ReadonlySet<unknown> = new Set([
  'InputLayer',
  'Activation',
  'Add',
  'AveragePooling2D',
  'BatchNormalization',
  'Blur',
  'Concatenate',
  'Conv2D',
  'Conv2DTranspose',
  'Cropping2D',
  'DepthwiseConv2D',
  'Dense',
  'Dot',
  'Dropout',
  'Flatten',
  'HighPass',
  'LeakyReLU',
  'MinibatchStd',
  'Maximum',
  'Minimum',
  'Multiply',
  'ReLU',
  'Reshape',
  'ScaledSum',
  'SpectralConv2D',
  'SpectralDense',
  'ZeroPadding2D',
]);

function checkLayers(topology: unknown, file: string): void {
  const layers = (topology as { config?: { layers?: unknown } } | null | undefined)?.config?.layers;
  if (!Array.isArray(layers)) {
    throw new CxrFileError('corrupt', 'its modelTopology has no list of layers', { file });
  }
  const unknown = layers.find((layer) => !LAYER_CLASSES.has(layer?.class_name));
  if (unknown !== undefined) {
    const name = JSON.stringify(unknown?.class_name ?? unknown)?.slice(0, 100);
    throw new CxrFileError('unsupported', `no network of ours has a layer ${name}`, { file });
  }
}
