import * as augment from '@cxr/augment';
import type { Image } from '@cxr/image';
import { OFFERS, type TransformName } from './offers.js';

/** Which of them takes which options is in the sliders of `OFFERS`. */
const TRANSFORMS: Readonly<Record<TransformName, (options: never) => augment.Transform>> = augment;

/** A transform that is switched on, with the values of its sliders. */
export interface Choice {
  name: TransformName;
  options: Readonly<Record<string, number | [low: number, high: number]>>;
}

/** The pipeline of what is switched on. */
export function pipelineOf(choices: readonly Choice[], reference: Image): augment.Transform {
  return augment.compose(
    choices.map(({ name, options }) => {
      const make = TRANSFORMS[name] as (options: object) => augment.Transform;
      return make(OFFERS[name].reference ? { ...options, references: [reference] } : options);
    }),
  );
}
