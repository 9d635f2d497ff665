import { describeValue } from '@cxr/image';
import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * Checks that a model is a generator: latents `[n, latentDim]`, and labels `[n, classes]` if it is conditional, to images
 * `[n, h, w, c]`.
 * @throws TypeError saying what it is in place of that.
 */
export function checkGenerator(caller: string, model: tfl.LayersModel): void {
  const { inputs, outputs } = (model ?? {}) as Partial<tfl.LayersModel>;
  const isModel = Array.isArray(inputs) && Array.isArray(outputs);
  const ranks = isModel && [...inputs, ...outputs].map(({ shape }) => shape.length);
  if (ranks && ['2,4', '2,2,4'].includes(String(ranks))) return;
  const what = isModel
    ? `a model of inputs [${inputs.map(({ shape }) => `[${shape}]`)}]`
    : describeValue(model);
  throw new TypeError(`${caller} takes a generator, of createGenerator or loadGenerator, not ${what}`);
}

/** Length of the latent vectors that a generator takes. */
export function latentLength(generator: tfl.LayersModel): number {
  return generator.inputs[0]!.shape[1]!;
}

/** Number of classes of a generator; 0 where it is unconditional. */
export function classCount(generator: tfl.LayersModel): number {
  return generator.inputs[1]?.shape[1] ?? 0;
}
