import { checkOptions, fitImage, type ImageSet, imagesOf, type KnownOptions, ndarray } from '@cxr/image';
import type { NdArray } from 'ndarray';
import { assertPositive } from '../engines/engine.js';
import { frechetDistance } from '../metrics/frechet-distance.js';
import { Statistics } from '../statistics.js';
import { RADIOMIC_OPTIONS, type RadiomicFeaturesOptions, radiomicFeatures } from './radiomic-features.js';

/** Options of `frd`. */
export interface FrdOptions extends RadiomicFeaturesOptions {
  /** Width and height in pixels that all images are brought to first, by Pillow's bicubic: features depend on the size. @default their own */
  size?: number | undefined;
  /** Stops the work; its reason is then thrown. */
  signal?: AbortSignal | undefined;
}

const OPTIONS: KnownOptions<FrdOptions> = { ...RADIOMIC_OPTIONS, size: true, signal: true };

/** A radiomic distance. */
export interface Frd {
  /** The Fréchet distance of the z-scored features, never negative. */
  frd: number;
  /** Its natural logarithm, which frd-score 1 prints; null for a distance of 0. */
  logFrd: number | null;
  /** Images of each set. */
  n1: number;
  n2: number;
}

/**
 * The Fréchet radiomic distance (Konz, Osuala et al., 2026): the Fréchet distance of two sets' radiomic features, each z-scored by mean and standard
 * deviation of the reals. It needs no network and no weights, and looks at grey levels and textures as radiologists' software does.
 *
 * The features are those of `radiomicFeatures`, of the images themselves: frd-score adds those of wavelet- and LoG-filtered images and
 * resamples first, so that its values differ; z-score, distance and logarithm are its own. Compare only values of the same `size` and `binWidth`.
 * A feature that is the same in all reals is left out.
 *
 * @throws RangeError for fewer than two images of a set, wrong or unknown options; and as `imagesOf` and `radiomicFeatures`.
 */
export async function frd(real: ImageSet, fake: ImageSet, options: FrdOptions = {}): Promise<Frd> {
  checkOptions('frd', options, OPTIONS);
  assertPositive('size', options.size);
  const reals = await featuresOf(real, options);
  return frdOfFeatures(reals, await featuresOf(fake, options));
}

/** The distance of features, one row an image. @throws as `frd`. */
export function frdOfFeatures(reals: readonly Float64Array[], fakes: readonly Float64Array[]): Frd {
  for (const { length } of [reals, fakes])
    if (length < 2) throw new RangeError(`a radiomic distance needs at least two images a set: ${length}`);
  const [a, b] = zScored(reals, fakes);
  const distance = frechetDistance(Statistics.of(a), Statistics.of(b));
  return {
    frd: distance,
    logFrd: distance > 0 ? Math.log(distance) : null,
    ...{ n1: reals.length, n2: fakes.length },
  };
}

/** Radiomic features, a row an image. @throws as `frd`. */
export async function featuresOf(
  set: ImageSet,
  { binWidth, size, signal }: FrdOptions,
): Promise<Float64Array[]> {
  const rows: Float64Array[] = [];
  for await (const { image } of imagesOf(set)) {
    signal?.throwIfAborted();
    const fitted = size === undefined ? image : fitImage(image, { size, channels: 1 });
    rows.push(Float64Array.from(Object.values(radiomicFeatures(fitted, { binWidth }))));
  }
  return rows;
}

/** Each feature minus its mean over the reals, over their standard deviation. */
function zScored(
  reals: readonly Float64Array[],
  fakes: readonly Float64Array[],
): [NdArray<Float32Array>, NdArray<Float32Array>] {
  const n = reals.length;
  const mean = reals[0]!.map((_, i) => reals.reduce((sum, row) => sum + row[i]!, 0) / n);
  const deviation = mean.map((value, i) =>
    Math.sqrt(reals.reduce((sum, row) => sum + (row[i]! - value) ** 2, 0) / n),
  );
  const varied = [...deviation.keys()].filter((i) => deviation[i]! > 1e-12 * Math.abs(mean[i]!));
  // One column of zeros where nothing varies: the distance is then 0.
  const dims = Math.max(1, varied.length);
  return [reals, fakes].map((rows) => {
    const data = new Float32Array(rows.length * dims);
    rows.forEach((row, r) => {
      varied.forEach((i, k) => {
        data[r * dims + k] = (row[i]! - mean[i]!) / deviation[i]!;
      });
    });
    return ndarray(data, [rows.length, dims]);
  }) as [NdArray<Float32Array>, NdArray<Float32Array>];
}
