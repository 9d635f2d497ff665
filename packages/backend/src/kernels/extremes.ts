import { broadcast_util, type MaximumInputs, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { overElements } from '../threads/split.js';
import type { Given, KernelMaker } from './kernel.js';
import { pointer } from './kernel-context.js';
import { places } from './mat-mul.js';
import { wasmMemory } from './plain.js';

/** Where the value for element i of a result of `shape` lies in an operand. */
function placesOf(operand: number[], shape: number[]): (i: number) => number {
  if (util.arraysEqual(operand, shape)) return (i) => i;
  return util.sizeFromShape(operand) === 1 ? () => 0 : places(operand, shape);
}

function extreme(name: 'Maximum' | 'Minimum'): KernelMaker {
  const pick = { Maximum: Math.max, Minimum: Math.min }[name];
  const method = { Maximum: 'maximum', Minimum: 'minimum' }[name] as 'maximum' | 'minimum';
  return (context) => ({
    name,
    run: ({ inputs }): TensorInfo | undefined => {
      const { a, b } = inputs as Given<MaximumInputs>;
      if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
      const { backend } = context;
      const shape = broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
      const y = backend.makeOutput(shape, 'float32');
      if (util.arraysEqual(a.shape, b.shape)) {
        const [first, second, to] = [a, b, y].map((t) => pointer(backend, t)) as [number, number, number];
        overElements(context, util.sizeFromShape(shape), ({ simd }, offset, count) =>
          simd[method](first + offset, second + offset, to + offset, count),
        );
        return y;
      }
      const [va, vb, vy] = [a, b, y].map((t) => wasmMemory.values(backend, t)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const [placeA, placeB] = [placesOf(a.shape, shape), placesOf(b.shape, shape)];
      for (let i = 0; i < vy.length; i++) vy[i] = pick(va[placeA(i)]!, vb[placeB(i)]!);
      return y;
    },
  });
}

/** Maximum and Minimum: NaN where either is NaN. Stock wasm leaves NaN out, which hides that training has diverged. */
export const EXTREMES: readonly KernelMaker[] = [extreme('Maximum'), extreme('Minimum')];
