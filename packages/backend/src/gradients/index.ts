// Registers TensorFlow.js's own gradients; in Node tfjs-core alone registers none. Must come before ours, which replace some.
import '@tensorflow/tfjs-layers';
import { registerGradient } from '@tensorflow/tfjs-core';
import { axisGradients } from './along-axes.js';
import { broadcastGradients } from './broadcast.js';
import { conditionGradients } from './conditions.js';
import { conv3dGradient, conv3dTransposeGradient, depthwiseGradient } from './conv.js';
import { conv2dGradient } from './conv2d.js';
import { freeingGradients, keepCustomGradients } from './freeing.js';
import { keepWhereGradient } from './keep-where.js';
import { mendLayers } from './layers.js';
import { leakyReluGradGradient, leakyReluGradient, reluGradient } from './leaky-relu.js';
import { addTensorMethods } from './methods.js';
import { fillBatchNormInputs } from './missing-inputs.js';
import { moveGradients } from './moves.js';
import { poolGradients } from './pool.js';

const GRADIENTS = [
  conv2dGradient,
  conv3dGradient,
  conv3dTransposeGradient,
  depthwiseGradient,
  leakyReluGradient,
  leakyReluGradGradient,
  reluGradient,
  keepWhereGradient,
  ...poolGradients,
  ...broadcastGradients,
  ...axisGradients,
  ...conditionGradients,
  ...moveGradients,
];

/** Registers gradients where TensorFlow.js's own are wrong, missing, slow, or do not take all arguments, and mends layers that cannot train. */
export function registerGradients(): void {
  for (const gradient of GRADIENTS) registerGradient(gradient);
  for (const gradient of freeingGradients()) registerGradient(gradient);
  keepCustomGradients();
  addTensorMethods();
  fillBatchNormInputs();
  mendLayers();
}
