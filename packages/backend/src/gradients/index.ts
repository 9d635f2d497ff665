// TensorFlow.js's own gradients come with tfjs-layers; tfjs-core alone brings none in Node. They must be there
// before ours, which take the place of some.
import '@tensorflow/tfjs-layers';
import { registerGradient } from '@tensorflow/tfjs-core';
import { axisGradients } from './along-axes.js';
import { broadcastGradients } from './broadcast.js';
import { conditionGradients } from './conditions.js';
import { conv3dGradient, conv3dTransposeGradient, depthwiseGradient } from './conv.js';
import { conv2dGradient } from './conv2d.js';
import { leakyReluGradGradient, leakyReluGradient, reluGradient } from './leaky-relu.js';
import { addTensorMethods } from './methods.js';
import { poolGradients } from './pool.js';

const GRADIENTS = [
  conv2dGradient,
  conv3dGradient,
  conv3dTransposeGradient,
  depthwiseGradient,
  leakyReluGradient,
  leakyReluGradGradient,
  reluGradient,
  ...poolGradients,
  ...broadcastGradients,
  ...axisGradients,
  ...conditionGradients,
];

/** Registers the gradients that are right where TensorFlow.js's own are not, do less work, or take more. */
export function registerGradients(): void {
  for (const gradient of GRADIENTS) registerGradient(gradient);
  addTensorMethods();
}
