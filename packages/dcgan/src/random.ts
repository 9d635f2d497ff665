import { createRng, type Rng } from '@cxr/image';

/*
 * Nothing random has a hidden state here: each draw is keyed by the run's seed, what it is for, and the step. A run
 * that goes on from a checkpoint therefore draws what the run that was never stopped would have drawn.
 */

/** What a stream of random numbers is for; 1 and 2 are the networks' initial weights. */
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

/** The stream for a purpose and a step (or epoch, or sample number). */
export function keyedRng(seed: number, purpose: keyof typeof PURPOSE, step: number): Rng {
  return createRng(seed, PURPOSE[purpose], step);
}

/** Standard normal numbers. */
export function normals(random: Rng, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = random.normal();
  return values;
}
