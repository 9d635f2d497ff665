import { createRng, type Rng } from '@cxr/image';

/*
 * No generator of random numbers keeps state between steps: each stream follows from the run's seed, its purpose and the
 * step. A run resumed from a checkpoint therefore draws the same numbers as a run that was never stopped.
 */

/** Purposes of the streams of random numbers; 1 and 2 are the networks' initial weights (`networks/initializers.ts`). */
const PURPOSE = {
  order: 3,
  discriminatorLatents: 4,
  generatorLatents: 5,
  augmentReal: 6,
  augmentFake: 7,
  augmentGenerator: 8,
  dropout: 9,
  sample: 10,
  labels: 11,
} as const;

/** The stream of random numbers for a purpose and a step (or epoch, or sample number). */
export function keyedRng(seed: number, purpose: keyof typeof PURPOSE, step: number): Rng {
  return createRng(seed, PURPOSE[purpose], step);
}

/** `count` numbers drawn from N(0, 1). */
export function normals(random: Rng, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = random.normal();
  return values;
}
