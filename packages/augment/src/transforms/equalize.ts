import { checkOptions } from '../options.js';
import { type Curve, mapByHistogram } from '../pixels/levels.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Makes all levels about equally frequent, channel by channel: Pillow's `ImageOps.equalize`. */
export function equalize(options: TransformOptions = {}): Transform<NoParams> {
  checkOptions<TransformOptions>('equalize', options, { p: true });
  return photometric({
    name: 'equalize',
    p: options.p,
    limits: {},
    sample: () => ({}),
    apply: (image) => mapByHistogram(image, equalizing),
  });
}

function equalizing(counts: Uint32Array): Curve {
  const max = counts.length - 1;
  let highest = max;
  while (highest > 0 && counts[highest] === 0) highest--;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const step = Math.floor((total - counts[highest]!) / max);
  if (step === 0) return (value) => value;
  const table = new Float64Array(counts.length);
  let below = step >> 1;
  for (let level = 0; level < counts.length; level++) {
    table[level] = Math.floor(below / step);
    below += counts[level]!;
  }
  return (value) => table[value]!;
}
