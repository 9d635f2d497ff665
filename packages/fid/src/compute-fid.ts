import { assertImageSet, type ImageSet } from '@cxr/image';
import { type ActivationsOptions, statistics } from './activations.js';
import { assertEngine, type InceptionEngine } from './engines/engine.js';
import { type FrechetMethod, frechetDistance } from './metrics/frechet-distance.js';
import { Statistics } from './statistics.js';

export interface ComputeFidOptions extends ActivationsOptions {
  engine: InceptionEngine;
  /** How the distance is computed. @default 'factors' */
  method?: FrechetMethod | undefined;
}

/** A score and what it is of: it compares only where dims, resize and weights are the same. */
export interface FidResult {
  fid: number;
  n1: number | undefined;
  n2: number | undefined;
  statistics: [Statistics, Statistics];
}

/**
 * The Fréchet Inception Distance of two sets of images (Heusel et al., 2017), as pytorch-fid computes it. Statistics
 * can stand in the place of images, so that a reference set is only ever computed once.
 *
 * @throws TypeError for what is no set of images and without an engine; RangeError when a set has fewer than two images, and
 * what `activations` throws.
 */
export async function computeFid(
  a: ImageSet | Statistics,
  b: ImageSet | Statistics,
  options: ComputeFidOptions,
): Promise<FidResult> {
  const { engine, method } = options ?? {};
  for (const set of [a, b]) if (!(set instanceof Statistics)) assertImageSet(set);
  // Statistics on both sides need none.
  if (!(a instanceof Statistics && b instanceof Statistics)) assertEngine(engine);
  const of = async (set: ImageSet | Statistics): Promise<Statistics> =>
    set instanceof Statistics ? set : await statistics(set, engine, options);
  const first = await of(a);
  const second = await of(b);
  for (const { count } of [first, second]) {
    if (count !== undefined && count < 2)
      throw new RangeError(`a FID needs at least two images a set: ${count}`);
  }
  return {
    fid: frechetDistance(first, second, { method }),
    n1: first.count,
    n2: second.count,
    statistics: [first, second],
  };
}
