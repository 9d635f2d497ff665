import { type MsSsimDiversity, msSsimDiversity } from '../ms-ssim/ms-ssim-diversity.js';
import type { PathStatistics } from '../node/path-report.js';
import { featuresOf } from '../radiomics/frd.js';
import { imagesOfSet, type Reading } from './path-images.js';

/** What metrics of the images themselves need of the reals: computed at the first call for a size, so that reals are read once, however many fakes there are. */
export interface RealMeasures {
  msSsim(size: number | undefined): Promise<MsSsimDiversity>;
  /** Radiomic features, a row an image. */
  features(size: number | undefined): Promise<Float64Array[]>;
}

/** @param seed of the pairs of MS-SSIM */
export function measureReals(
  real: Pick<PathStatistics, 'path' | 'names'>,
  { reading, seed }: { reading: Reading; seed: number },
): RealMeasures {
  return {
    msSsim: once(async (size) =>
      msSsimDiversity(await imagesOfSet(real, reading, 'ms_ssim'), { size, seed }),
    ),
    features: once(async (size) => featuresOf(await imagesOfSet(real, reading, 'frd'), { size })),
  };
}

function once<T>(
  compute: (size: number | undefined) => Promise<T>,
): (size: number | undefined) => Promise<T> {
  const done = new Map<number | undefined, Promise<T>>();
  return (size) => {
    const known = done.get(size) ?? compute(size);
    done.set(size, known);
    return known;
  };
}
