import { customGrad, engine, type GradConfig, type NamedAttrMap, type Tensor } from '@tensorflow/tfjs-core';

/** The attributes of a pool and of its gradient. */
function attributesOf(attrs: unknown): NamedAttrMap {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as NamedAttrMap;
  return { filterSize, strides, pad, dimRoundingMode } as NamedAttrMap;
}

/** The gradient of a max pool by its gradient kernel. TensorFlow.js's own ignores how the output size was rounded. */
function maxPool(kernelName: 'MaxPool' | 'MaxPool3D'): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [input, output] = saved as [Tensor, Tensor];
      const inputs = { dy: dy as Tensor, input, output };
      return { x: () => engine().runKernel(`${kernelName}Grad`, inputs, attributesOf(attrs)) as Tensor };
    },
  };
}

/**
 * The same of an average pool. Both are linear, so the gradient of the gradient is the pool again, and can be differentiated any number of
 * times; TensorFlow.js's own cannot.
 */
function averagePool(kernelName: 'AvgPool' | 'AvgPool3D'): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const input = saved[0]!;
      const rest = attributesOf(attrs);
      const spread = customGrad((given) => ({
        value: engine().runKernel(`${kernelName}Grad`, { dy: given as Tensor, input }, rest) as Tensor,
        gradFunc: (ddx: Tensor) => engine().runKernel(kernelName, { x: ddx }, rest) as Tensor,
      }));
      return { x: () => spread(dy as Tensor) };
    },
  };
}

/** Of images and of volumes. */
export const poolGradients: readonly GradConfig[] = [
  maxPool('MaxPool'),
  averagePool('AvgPool'),
  maxPool('MaxPool3D'),
  averagePool('AvgPool3D'),
];
