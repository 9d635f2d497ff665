import { assertImageSet, checkOptions, type ImageSet, type KnownOptions } from '@cxr/image';
import { ACTIVATIONS_OPTIONS, type ActivationsOptions, statisticsOf } from './activations.js';
import { assertEngine, type InceptionEngine } from './engines/engine.js';
import { type FrechetMethod, type FrechetTerms, frechetTerms } from './metrics/frechet-distance.js';
import { Statistics } from './statistics.js';

/** Options of `computeFid`. */
export interface ComputeFidOptions extends ActivationsOptions {
  /** The network; not used if both sets are statistics. */
  engine: InceptionEngine;
  /** How the distance is computed. @default 'factors' */
  method?: FrechetMethod | undefined;
}

const OPTIONS: KnownOptions<ComputeFidOptions> = { ...ACTIVATIONS_OPTIONS, engine: true, method: true };

/** A score with the data it was computed from. Only scores of the same dims, resize and weights can be compared. */
export interface FidResult extends FrechetTerms {
  /** Images of the first set; undefined for statistics from a file that does not say. */
  n1: number | undefined;
  /** The same of the second set. */
  n2: number | undefined;
  /** Of both sets, to be used again. */
  statistics: [Statistics, Statistics];
}

/**
 * The Fréchet Inception Distance of two sets of images (Heusel et al., 2017), as pytorch-fid computes it. A set can be
 * given as statistics, so that those of a reference set are computed only once.
 *
 * @throws TypeError for an argument that is not a set of images, or without an engine; RangeError for unknown options or a set
 * with fewer than two images; and what `activations` throws.
 */
export async function computeFid(
  a: ImageSet | Statistics,
  b: ImageSet | Statistics,
  options: ComputeFidOptions,
): Promise<FidResult> {
  if (options !== undefined) checkOptions('computeFid', options, OPTIONS);
  const { engine, method } = options ?? {};
  for (const set of [a, b]) if (!(set instanceof Statistics)) assertImageSet(set);
  // No engine is needed if both sets are statistics.
  if (!(a instanceof Statistics && b instanceof Statistics)) assertEngine(engine);
  const of = async (set: ImageSet | Statistics): Promise<Statistics> =>
    set instanceof Statistics ? set : await statisticsOf(set, engine, options);
  const first = await of(a);
  const second = await of(b);
  for (const { count } of [first, second]) {
    if (count !== undefined && count < 2)
      throw new RangeError(`a FID needs at least two images a set: ${count}`);
  }
  return {
    ...frechetTerms(first, second, { method }),
    n1: first.count,
    n2: second.count,
    statistics: [first, second],
  };
}
