// TensorFlow.js's own gradients come with tfjs-layers; tfjs-core alone brings none in Node. They must be there
// before ours, which take the place of some.
import '@tensorflow/tfjs-layers';
import { registerGradient } from '@tensorflow/tfjs-core';
import { conv2dGradient } from './conv2d.js';
import { leakyReluGradGradient, leakyReluGradient, reluGradient } from './leaky-relu.js';

const GRADIENTS = [conv2dGradient, leakyReluGradient, leakyReluGradGradient, reluGradient];

/** Registers the gradients that do less work, or take more, than TensorFlow.js's own. */
export function registerGradients(): void {
  for (const gradient of GRADIENTS) registerGradient(gradient);
}
