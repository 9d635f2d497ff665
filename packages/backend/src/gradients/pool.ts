import { engine, type GradConfig, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

/** The gradient of a pool by its gradient kernel. TensorFlow.js's own ignores how the output size was rounded. */
function pool(kernelName: string, needsOutput: boolean): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [needsOutput],
    gradFunc: (dy, saved, attrs) => {
      const { filterSize, strides, pad, dimRoundingMode } = attrs as NamedAttrMap;
      const [input, output] = saved;
      const inputs = { dy: dy as Tensor, input: input!, ...(output && { output }) };
      const rest = { filterSize, strides, pad, dimRoundingMode } as NamedAttrMap;
      return { x: () => engine().runKernel(`${kernelName}Grad`, inputs, rest) as Tensor };
    },
  };
}

export const poolGradients: readonly GradConfig[] = [
  pool('MaxPool', true),
  pool('AvgPool', false),
  pool('MaxPool3D', true),
  pool('AvgPool3D', false),
];
