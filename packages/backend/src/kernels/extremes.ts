import { broadcast_util, util } from '@tensorflow/tfjs-core';
import { places } from './mat-mul.js';
import type { PlainKernel } from './plain.js';

/** From one element of the output to the next, the step in an operand: 1, or 0 for a single value; undefined for others. */
function step(operand: number[], shape: number[]): number | undefined {
  if (util.arraysEqual(operand, shape)) return 1;
  return util.sizeFromShape(operand) === 1 ? 0 : undefined;
}

function extreme(name: string, pick: (a: number, b: number) => number): PlainKernel {
  return {
    name,
    inputs: ['a', 'b'],
    plan: ({ a, b }) => {
      if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return undefined;
      const shape = broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
      const [stepA, stepB] = [step(a!.shape, shape), step(b!.shape, shape)];
      if (stepA !== undefined && stepB !== undefined) {
        return {
          shape,
          fill: (y, a, b) => {
            for (let i = 0; i < y.length; i++) y[i] = pick(a![i * stepA]!, b![i * stepB]!);
          },
        };
      }
      const [placeA, placeB] = [places(a!.shape, shape), places(b!.shape, shape)];
      return {
        shape,
        fill: (y, a, b) => {
          for (let i = 0; i < y.length; i++) y[i] = pick(a![placeA(i)]!, b![placeB(i)]!);
        },
      };
    },
  };
}

/** Maximum and Minimum: NaN where either is NaN. Stock wasm leaves NaN out, which hides that training has diverged. */
export const EXTREMES: readonly PlainKernel[] = [extreme('Maximum', Math.max), extreme('Minimum', Math.min)];
