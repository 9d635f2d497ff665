import { type Image, maximum, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions } from '../options.js';
import { onBytes } from '../simd/on-bytes.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Swaps black and white, as between MONOCHROME1 and MONOCHROME2: Pillow's `ImageOps.invert`. */
export function invert(options: TransformOptions = {}): Transform<NoParams> {
  checkOptions<TransformOptions>('invert', options, { p: true });
  return photometric({
    name: 'invert',
    p: options.p,
    limits: {},
    sample: () => ({}),
    apply: inverted,
  });
}

function inverted(image: Image): Image {
  const source = raster(image);
  const { data } = source;
  if (data instanceof Float32Array) {
    return toImage(
      data.map((value) => Math.max(0, Math.min(1, 1 - value))),
      source,
      source.channels,
    );
  }
  const fast = onBytes(data, (kernels, { src, count }) => kernels.invertBytes(src, count), { inPlace: true });
  if (fast) return toImage(fast, source, source.channels);
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  for (let i = 0; i < data.length; i++) out[i] = max - data[i]!;
  return toImage(out, source, source.channels);
}
