import { clip, type Image, maximum, type Pixels, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions, checkRange, drawFrom, type NumberRange } from '../options.js';
import { luma, lumaExact } from '../pixels/luma.js';
import { onBytes } from '../simd/on-bytes.js';
import { photometric, type Transform, type TransformOptions } from '../transform.js';

/** Options of `saturation`. */
export interface SaturationOptions extends TransformOptions {
  /** From 0 on: 0 gives grey, 1 changes nothing, 2 doubles the distance from grey. */
  factor: NumberRange;
}

/** What `saturation` draws; units as in its options. */
export type SaturationParams = { readonly factor: number };

const LIMITS = { factor: [0, Infinity] } as const;

/** Stretches colours about their brightness: Pillow's `ImageEnhance.Color`, torchvision's `adjust_saturation`. */
export function saturation(options: SaturationOptions): Transform<SaturationParams> {
  checkOptions<SaturationOptions>('saturation', options, { factor: true, p: true });
  const factor = checkRange('factor', options.factor, ...LIMITS.factor);
  return photometric({
    name: 'saturation',
    p: options.p,
    limits: LIMITS,
    sample: (rng) => ({ factor: drawFrom(rng, factor) }),
    apply: (image, params) => saturated(image, params.factor),
  });
}

function saturated(image: Image, factor: number): Image {
  const source = raster(image);
  if (source.channels === 1) return image;
  const { data } = source;
  const fast = onBytes(
    data,
    (kernels, { src, out, count }) => kernels.saturate(src, out, count / 3, factor, 1),
    {
      unit: 3,
    },
  );
  return toImage(fast ?? saturatedPlain(data, factor), source, 3);
}

function saturatedPlain(data: Pixels, factor: number): Pixels {
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  const brightness = data instanceof Float32Array ? lumaExact : luma;
  // `blend` of pixels/blend.ts, inlined, since it runs three times for each pixel.
  const alpha = Math.fround(factor);
  for (let i = 0; i < data.length; i += 3) {
    const grey = brightness(data[i]!, data[i + 1]!, data[i + 2]!);
    for (let c = i; c < i + 3; c++) {
      out[c] = clip(Math.fround(grey + Math.fround(alpha * (data[c]! - grey))), max);
    }
  }
  return out;
}
