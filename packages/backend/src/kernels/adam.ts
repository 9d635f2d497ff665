import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { ADAM, type AdamAttrs } from '../adam.js';
import { overElements } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';

/** One update of Adam. It makes new tensors, since other tensors may share a variable's memory. */
export const adam: KernelMaker = (context) => ({
  name: ADAM,
  run: ({ inputs, attrs }): TensorInfo[] => {
    const { value, first, second, gradient } = inputs as Given<
      Record<'value' | 'first' | 'second' | 'gradient', TensorInfo>
    >;
    const { rate, beta1, beta2, epsilon } = attrs as unknown as AdamAttrs;
    const { backend } = context;
    const news = [value, first, second].map((t) => backend.makeOutput(t.shape, 'float32'));
    const at = [value, first, second, gradient, ...news].map((t) => pointer(backend, t));
    overElements(context, util.sizeFromShape(value.shape), ({ simd }, offset, count) => {
      const from = at.map((pointer) => pointer + offset);
      const pointers = from as [number, number, number, number, number, number, number];
      simd.adam(...pointers, rate, beta1, beta2, epsilon, count);
    });
    return news;
  },
});
