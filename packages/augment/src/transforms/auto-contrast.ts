import { checkNumber, checkOptions } from '../options.js';
import { type Curve, extremesOf, mapByHistogram, mapLevels } from '../pixels/levels.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `autoContrast`. */
export interface AutoContrastOptions extends TransformOptions {
  /** Fraction of the darkest and of the brightest pixels to ignore, 0..0.5 each. @default 0 */
  cutoff?: number | undefined;
}

/** Stretches values to the whole range, channel by channel: Pillow's `ImageOps.autocontrast`. */
export function autoContrast(options: AutoContrastOptions = {}): Transform<NoParams> {
  checkOptions<AutoContrastOptions>('autoContrast', options, { cutoff: true, p: true });
  const cutoff = checkNumber('cutoff', options.cutoff ?? 0, 0, 0.5);
  return photometric({
    name: 'autoContrast',
    p: options.p,
    limits: {},
    sample: () => ({}),
    apply(image) {
      const ends = cutoff === 0 ? extremesOf(image) : null;
      if (ends) return mapLevels(image, stretching(...ends, 255));
      return mapByHistogram(image, (counts) => stretchingAfterCut(counts, cutoff));
    },
  });
}

function stretchingAfterCut(counts: Uint32Array, cutoff: number): Curve {
  const max = counts.length - 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = Math.floor(total * cutoff);
  const low = firstAbove(counts, cut);
  return stretching(low, max - firstAbove(counts.toReversed(), cut), max);
}

function stretching(low: number, high: number, max: number): Curve {
  if (high <= low) return (value) => value;
  const scale = max / (high - low);
  return (value) => value * scale - low * scale;
}

/** The first level at which the counts add up to more than `cut`. */
function firstAbove(counts: Uint32Array, cut: number): number {
  let sum = 0;
  for (let level = 0; level < counts.length; level++) {
    sum += counts[level]!;
    if (sum > cut) return level;
  }
  return counts.length - 1;
}
