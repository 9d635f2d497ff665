import { CxrFileError } from '@cxr/image';
import type { ModelState, NamedArray } from '../training/train-state.js';
import { joinFloats, toFloats } from './floats.js';

/** A network as the two files that `tf.loadLayersModel` reads: `model.json` and `weights.bin`. */
export interface ModelFiles {
  'model.json': Uint8Array;
  'weights.bin': Uint8Array;
}

interface ModelJson {
  modelTopology: unknown;
  weightsManifest: [{ paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }];
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

/** Decodes the two files. @throws CxrFileError `corrupt` where they do not belong together. */
export function decodeModel(files: ModelFiles, folder: string): ModelState {
  let model: ModelJson;
  try {
    model = JSON.parse(new TextDecoder().decode(files['model.json']));
  } catch (cause) {
    throw new CxrFileError('corrupt', 'not JSON', { file: `${folder}/model.json`, cause });
  }
  const bytes = files['weights.bin'];
  const weights: NamedArray[] = [];
  let at = 0;
  for (const { name, shape } of model.weightsManifest[0].weights) {
    const length = 4 * shape.reduce((product, side) => product * side, 1);
    weights.push({ name, shape, data: toFloats(bytes.subarray(at, at + length)) });
    at += length;
  }
  if (at !== bytes.length) {
    throw new CxrFileError('corrupt', `${bytes.length} bytes, not ${at}`, { file: `${folder}/weights.bin` });
  }
  return { topology: model.modelTopology, weights };
}
