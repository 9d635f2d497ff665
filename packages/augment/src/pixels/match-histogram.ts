import { type Image, maximum, raster } from '../image.js';
import { roundHalfEven } from '../round.js';
import { histogram, mapByHistogram, toLevels } from './levels.js';

/** The levels that occur in a channel, 0..1, and the share of its samples up to each. */
export interface Quantiles {
  readonly levels: Float64Array;
  readonly shares: Float64Array;
}

/** The quantiles of each channel. */
export function quantilesOf(image: Image): Quantiles[] {
  const { data, channels } = raster(image);
  const samples = toLevels(data);
  const max = maximum(samples);
  return Array.from({ length: channels }, (_, c) => {
    const counts = histogram(samples, c, channels);
    const found = [...counts.keys()].filter((level) => counts[level]! > 0);
    const total = samples.length / channels;
    let sum = 0;
    return {
      levels: Float64Array.from(found, (level) => level / max),
      shares: Float64Array.from(found, (level) => {
        sum += counts[level]!;
        return sum / total;
      }),
    };
  });
}

/**
 * Maps each level to the reference's level of the same share of samples, interpolated, without its fraction, and mixes it with
 * the image's own level.
 */
export function matchHistogram(image: Image, reference: readonly Quantiles[], blend: number): Image {
  return mapByHistogram(image, (counts, channel) => {
    const max = counts.length - 1;
    const table = matched(counts, reference[channel]!, max);
    return (level) => roundHalfEven(table[level]! * blend + level * (1 - blend));
  });
}

/** Both lists ascend, so one walk finds all places. */
function matched(counts: Uint32Array, { levels, shares }: Quantiles, max: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const last = shares.length - 1;
  let [sum, next] = [0, 0];
  return Float64Array.from(counts, (count) => {
    sum += count;
    const share = sum / total;
    while (next < last && shares[next]! < share) next++;
    if (next === 0 || shares[next]! <= share) return Math.floor(levels[next]! * max + 1e-9);
    const part = (share - shares[next - 1]!) / (shares[next]! - shares[next - 1]!);
    const level = levels[next - 1]! + part * (levels[next]! - levels[next - 1]!);
    return Math.floor(level * max + 1e-9);
  });
}
