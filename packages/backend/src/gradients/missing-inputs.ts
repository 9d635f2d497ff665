import { engine, type NamedTensorMap, ones, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';

const patched = new WeakSet<object>();

/**
 * Gives `tf.batchNorm` without scale or offset a scale of 1 and an offset of 0 while gradients are recorded. TensorFlow.js records
 * the missing tensors as inputs, and then throws when it saves them or walks back.
 */
export function fillBatchNormInputs(): void {
  const target = engine();
  if (patched.has(target)) return;
  patched.add(target);
  const stock = target.runKernel;
  target.runKernel = function <T extends Tensor | Tensor[]>(
    this: typeof target,
    ...[name, inputs, attrs]: Parameters<typeof stock>
  ): T {
    const { scale, offset, mean } = inputs as Partial<NamedTensorMap>;
    if (name !== 'FusedBatchNorm' || this.state.gradientDepth === 0 || (scale && offset)) {
      return stock.call(this, name, inputs, attrs) as T;
    }
    return tidy(() => {
      const { shape } = mean!;
      const all = { ...inputs, scale: scale ?? ones(shape), offset: offset ?? zeros(shape) };
      return stock.call(this, name, all, attrs) as T;
    });
  };
}
