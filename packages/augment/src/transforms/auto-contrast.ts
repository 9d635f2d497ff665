import { checkNumber, checkOptions } from '../options.js';
import { type Curve, mapByHistogram } from '../pixels/levels.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

export interface AutoContrastOptions extends TransformOptions {
  /** Share of the darkest, and of the brightest, pixels to leave out, 0..0.5. @default 0 */
  cutoff?: number | undefined;
}

/** Stretches values to the whole range, channel by channel: Pillow's `ImageOps.autocontrast`. */
export function autoContrast(options: AutoContrastOptions = {}): Transform<NoParams> {
  checkOptions<AutoContrastOptions>('autoContrast', options, { cutoff: true, p: true });
  const cutoff = checkNumber('cutoff', options.cutoff ?? 0, 0, 0.5);
  return photometric({
    name: 'autoContrast',
    p: options.p,
    sample: () => ({}),
    apply: (image) => mapByHistogram(image, (counts) => stretching(counts, cutoff)),
  });
}

function stretching(counts: Uint32Array, cutoff: number): Curve {
  const max = counts.length - 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cut = Math.floor(total * cutoff);
  const low = firstAbove(counts, cut);
  const high = max - firstAbove(counts.toReversed(), cut);
  if (high <= low) return (value) => value;
  const scale = max / (high - low);
  return (value) => value * scale - low * scale;
}

/** The level at which more than `cut` pixels have been met. */
function firstAbove(counts: Uint32Array, cut: number): number {
  let met = 0;
  for (let level = 0; level < counts.length; level++) {
    met += counts[level]!;
    if (met > cut) return level;
  }
  return counts.length - 1;
}
