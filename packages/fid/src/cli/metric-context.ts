import type { NdArray } from 'ndarray';
import type { KidOptions } from '../metrics/kid.js';
import type { Prdc } from '../metrics/prdc.js';
import type { PathStatistics } from '../node/path-report.js';
import type { Reading } from './path-images.js';
import type { RealMeasures } from './real-measures.js';

/** What a metric is computed from. */
export interface MetricContext {
  real: PathStatistics & { activations: NdArray<Float32Array> };
  fake: PathStatistics & { activations: NdArray<Float32Array> };
  seed: number;
  /** Of KID. */
  kidOptions: Omit<KidOptions, 'seed'>;
  /** The file for a picture of the fakes nearest to a real, if any. */
  pictures: string | undefined;
  /** Width and height of the fakes in pixels, if the metrics need it. */
  size?: number | undefined;
  /** How image files are read. */
  reading: Reading;
  /** Of the reals' images, read when they are asked for. */
  reals: RealMeasures;
  /** Computed at the first call, for all four metrics. */
  prdc(): Prdc;
}
