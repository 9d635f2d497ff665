import type { ReadImageOptions, Shard } from '@cxr/data/node';
import type { CxrFileError } from '@cxr/image';
import type { NdArray } from 'ndarray';
import type { ActivationsProgress } from '../activations.js';
import type { InceptionEngine } from '../engines/engine.js';
import type { InceptionWeights } from '../inception/inception-weights.js';
import type { ResizeMode } from '../prepare-image.js';
import type { Statistics } from '../statistics.js';
import type { CreateEngineOptions, EngineRequest } from './create-engine.js';
import type { FindWeightsOptions } from './find-weights.js';

/** A path whose images are first brought to size × size pixels, by Pillow's bicubic: see `ceiling`. */
export interface SizedPath {
  /** A folder of images. */
  path: string;
  /** Width and height in pixels, at least 1. @default the images' own */
  size?: number | undefined;
}

/** Options of `pathStatistics`. */
export interface PathStatisticsOptions extends Omit<CreateEngineOptions, 'dims' | 'engine'> {
  /** An engine, or the name of one of ours, which is then made for this call. @default 'auto' */
  engine?: EngineRequest | InceptionEngine | undefined;
  /** Length of an image's activations. @default that of a given engine, else 2048, as in pytorch-fid */
  dims?: number | undefined;
  /** How images become 299 × 299; only for the Inception. @default 'pil299' */
  resize?: ResizeMode | undefined;
  /** Images a batch, at least 1; it changes no result. @default 50 */
  batchSize?: number | undefined;
  /** Threads that decode and resize; 0 for none. @default one a core, at most 8 */
  workers?: number | undefined;
  /** Look into sub-folders, too. @default false */
  recursive?: boolean | undefined;
  /**
   * Bits that 16-bit files really use, 1 to 16, if their format does not say: 12 for 0..4095. See `readImage`.
   * @default 16
   */
  bits?: number | undefined;
  /**
   * Values shown of DICOM files, and of grey TIFF with signed, floating-point or 32-bit samples: a window, or `'all'`. See `readImage`.
   * @default 'file', as the file says
   */
  window?: ReadImageOptions['window'];
  /**
   * Of each folder or array, only every count-th image, the first one at the index: the part that one of several machines does.
   * Statistics of all parts are joined by `Statistics.merge` or `cxr-fid merge`. @default all images
   */
  shard?: Shard | undefined;
  /** Called once a folder, after its last image, if its 16-bit images use so few bits that `bits` seems to be missing. */
  onWarning?: ((message: string) => void) | undefined;
  /** Called for each file that cannot be read, which is then left out; without it the first one is an error. */
  onBad?: ((error: CxrFileError) => void) | undefined;
  /** Loaded weights, or where to look for them. Not used with a given engine, which has its own. @default those of `findWeights` */
  weights?: InceptionWeights | FindWeightsOptions | undefined;
  /** Keep each image's activations, n × dims × 4 bytes, for metrics that need them. @default false */
  keepActivations?: boolean | undefined;
  /** Keep a random sample of so many activations a folder, for a noise floor; the same in each run. @default 0 */
  sampleSize?: number | undefined;
  /** Stops the work; its reason is then thrown. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: ((progress: ActivationsProgress & { path: string }) => void) | undefined;
}

/** Which part of a set statistics are of, so that a merge can tell that each part is there once. */
export interface StatisticsPart {
  shard: Shard;
  /** SHA-256 of the names of all images of the set, in hexadecimal digits. */
  set: string;
  /** How they were made: parts are merged if no setting that both of them have differs. @default unknown */
  settings?: StatisticsSettings | undefined;
}

/** What statistics depend on beside the images, as far as it is known: `resize` or `preprocessing`, `bits`, `window`, `size`, and `weights` or `encoder`. */
export type StatisticsSettings = Readonly<Record<string, string>>;

/** The result of one path. */
export interface PathStatistics {
  /** As given. */
  path: string;
  /** Of its images. */
  statistics: Statistics;
  /** Files in the order of the activations; empty for a statistics file. */
  names: string[];
  /** The part of a set that this is, if `shard` is given. */
  part?: StatisticsPart | undefined;
  /** How they were made; absent where a statistics file does not say. */
  settings?: StatisticsSettings | undefined;
  /** `[n, dims]`, if `keepActivations` is set and the path is a folder, or a file that has them. */
  activations?: NdArray<Float32Array> | undefined;
  /** `[m, dims]` of them, if `sampleSize` is set. */
  sample?: NdArray<Float32Array> | undefined;
}

/** What is said of an engine in results. */
export type UsedEngine = Pick<InceptionEngine, 'name' | 'device' | 'preprocessing' | 'encoder'>;

/** The results of all paths. */
export interface PathsReport {
  /** Length of the activations. */
  dims: number;
  /** How the images became 299 × 299, of statistics files alone as they say, or as asked for if they do not; undefined for an encoder with a preprocessing of its own. */
  resize: ResizeMode | undefined;
  /** In the order of the paths. */
  paths: PathStatistics[];
  /** Absent if all paths were statistics files, so that no network was run. */
  engine?: UsedEngine | undefined;
  /** The weights loaded for this call; absent with a given engine. */
  weights?: InceptionWeights | undefined;
  /** Files left out because they cannot be read. */
  skipped: number;
  /** Time of the whole, and the part of it that the engine computed. */
  seconds: { features: number; engine: number };
}
