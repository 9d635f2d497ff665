import {
  checkOptions,
  checkWholeNumber,
  dimensions,
  type Image,
  type KnownOptions,
  pixels,
  toGrey8,
} from '@cxr/image';
import { firstOrder } from './first-order.js';
import { glcm } from './glcm.js';
import { levelsOf } from './levels.js';
import { ngtdm } from './ngtdm.js';
import { glrlm, glszm } from './runs-and-zones.js';

/** Options of `radiomicFeatures`. */
export interface RadiomicFeaturesOptions {
  /** Grey levels a bin, 1 to 255, for textures and entropies. @default 25, as in PyRadiomics */
  binWidth?: number | undefined;
}

export const RADIOMIC_OPTIONS: KnownOptions<RadiomicFeaturesOptions> = { binWidth: true };

/**
 * 77 radiomic features of an image as PyRadiomics 3.0.1 computes them on the whole of it (IBSR definitions; resampling, normalisation
 * and filters off): first-order statistics (18), and the textures that the FRD uses: grey level co-occurrence (22), run length (16), size
 * zones (16) and neighbouring grey tone difference (5). By name, such as `glcm_Contrast`. The image is brought to 8-bit grey, 0 to 255.
 *
 * @throws TypeError for what is no image; RangeError for one without two pixels, and wrong or unknown options.
 */
export function radiomicFeatures(
  image: Image,
  options: RadiomicFeaturesOptions = {},
): Record<string, number> {
  checkOptions('radiomicFeatures', options, RADIOMIC_OPTIONS);
  const { binWidth = 25 } = options;
  checkWholeNumber('binWidth', binWidth);
  if (binWidth > 255) throw new RangeError(`invalid binWidth: ${binWidth} (1 to 255)`);
  const grey = toGrey8(image);
  const [height, width] = dimensions(grey);
  if (height * width < 2) throw new RangeError(`an image of ${width} × ${height} pixels has no texture`);
  const values = pixels(grey) as Uint8Array;
  const levels = levelsOf(values, height, width, binWidth);
  return {
    ...named('firstorder', firstOrder(values, levels)),
    ...named('glcm', glcm(levels)),
    ...named('glrlm', glrlm(levels)),
    ...named('glszm', glszm(levels)),
    ...named('ngtdm', ngtdm(levels)),
  };
}

function named(group: string, features: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(features).map(([name, value]) => [`${group}_${name}`, value]));
}
