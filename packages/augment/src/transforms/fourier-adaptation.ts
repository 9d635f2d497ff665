import type { Image } from '../image.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { adaptSpectrum } from '../pixels/adapt-spectrum.js';
import { channelsFor, checkReferences } from '../references.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `fourierAdaptation`. */
export interface FourierAdaptationOptions extends TransformOptions {
  /** Images whose low frequencies are taken, of any size and type, grey or RGB as the images to change; at least one. */
  references: readonly Image[];
  /** Largest frequency taken, as a fraction of the shorter side, 0..0.3; time grows with it. @default [0, 0.1] */
  beta?: NumberRange | undefined;
}

/** What `fourierAdaptation` draws: the number of the reference, from 0 on, and the fraction. */
export type FourierAdaptationParams = { readonly reference: number; readonly beta: number };

/**
 * Gives the low frequencies of an image the amplitudes of a reference and keeps their phases, so that anatomy stays and the style
 * changes: Fourier domain adaptation (Yang & Soatto 2020), albumentations' `FDA`. A reference is resized to the image's size.
 * @throws TypeError unless `references` is an array of images.
 */
export function fourierAdaptation(options: FourierAdaptationOptions): Transform<FourierAdaptationParams> {
  checkOptions<FourierAdaptationOptions>('fourierAdaptation', options, {
    references: true,
    beta: true,
    p: true,
  });
  const references = checkReferences('fourierAdaptation', options.references);
  const beta = checkRange('beta', options.beta ?? [0, 0.1], 0, 0.3);
  return photometric<FourierAdaptationParams>({
    name: 'fourierAdaptation',
    p: options.p,
    limits: { reference: [0, references.length - 1, 'whole'], beta: [0, 0.3] },
    sample: (rng) => ({ reference: rng.integer(references.length), beta: drawFrom(rng, beta) }),
    apply(image, params) {
      const reference = references[params.reference]!;
      channelsFor('fourierAdaptation', reference, image);
      return adaptSpectrum(image, reference, params.beta);
    },
  });
}
