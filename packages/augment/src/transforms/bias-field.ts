import { checkOptions, checkRange, checkWhole, drawFrom, type NumberRange } from '../options.js';
import { multiplyByField } from '../pixels/bias-field.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `biasField`. */
export interface BiasFieldOptions extends TransformOptions {
  /** Degree of the polynomials along each side, 1..8; 1 is an even slope. @default 3 */
  degree?: number | undefined;
  /** Range of the coefficients, −10..10; above 0.5 is strong. @default [-0.1, 0.1] */
  coefficient?: NumberRange | undefined;
}

/** What `biasField` draws. */
export type BiasFieldParams = {
  /** Of L₀(y)L₀(x), L₁(y)L₀(x), L₁(y)L₁(x), L₂(y)L₀(x) and so on; x and y go from −1 to 1. */
  readonly coefficients: readonly number[];
};

const LIMITS = { coefficients: [-10, 10] } as const;

/**
 * Multiplies by a smooth field, the exponential of a sum of Legendre polynomials: MONAI's `RandBiasField`. It is brighter in one
 * place and darker in another, as by the heel effect, where the anode absorbs part of the beam on its side
 * (`biasField({ degree: 1, coefficient: [-0.3, 0.3] })` is such a slope), or by an uneven detector.
 */
export function biasField(options: BiasFieldOptions = {}): Transform<BiasFieldParams> {
  checkOptions<BiasFieldOptions>('biasField', options, { degree: true, coefficient: true, p: true });
  const degree = checkWhole('degree', options.degree ?? 3, 1, 8);
  const coefficient = checkRange('coefficient', options.coefficient ?? [-0.1, 0.1], ...LIMITS.coefficients);
  const length = ((degree + 1) * (degree + 2)) / 2;
  return photometric<BiasFieldParams>({
    name: 'biasField',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ coefficients: Array.from({ length }, () => drawFrom(rng, coefficient)) }),
    apply: (image, params) => multiplyByField(image, params.coefficients, degree),
  });
}
