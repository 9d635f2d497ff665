import type { Image } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { matchHistogram, type Quantiles, quantilesOf } from '../pixels/match-histogram.js';
import { channelsFor, checkReferences } from '../references.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `histogramMatching`. */
export interface HistogramMatchingOptions extends TransformOptions {
  /** Images whose tones are taken, of any size and type, grey or RGB as the images to change; at least one. */
  references: readonly Image[];
  /** Share of the matched image in the result, 0..1. @default [0.5, 1] */
  blend?: NumberRange | undefined;
}

/** What `histogramMatching` draws: the number of the reference, from 0 on, and the share. */
export type HistogramMatchingParams = { readonly reference: number; readonly blend: number };

/**
 * Gives an image the histogram of a reference, channel by channel, as if the other apparatus had made it: albumentations'
 * `HistogramMatching` (there a reference is resized first; here its own pixels count).
 * @throws TypeError unless `references` is an array of images.
 */
export function histogramMatching(options: HistogramMatchingOptions): Transform<HistogramMatchingParams> {
  checkOptions<HistogramMatchingOptions>('histogramMatching', options, {
    references: true,
    blend: true,
    p: true,
  });
  const references = checkReferences('histogramMatching', options.references);
  const blend = checkRange('blend', options.blend ?? [0.5, 1], 0, 1);
  const quantiles: (readonly Quantiles[] | undefined)[] = [];
  return photometric<HistogramMatchingParams>({
    name: 'histogramMatching',
    p: options.p,
    limits: { reference: [0, references.length - 1, 'whole'], blend: [0, 1] },
    sample: (rng) => ({ reference: rng.integer(references.length), blend: drawFrom(rng, blend) }),
    apply(image, params) {
      const reference = references[params.reference]!;
      channelsFor('histogramMatching', reference, image);
      quantiles[params.reference] ??= quantilesOf(reference);
      return matchHistogram(image, quantiles[params.reference]!, params.blend);
    },
  });
}
