import { type Image, maximum, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { checkOptions } from '../options.js';
import { type NoParams, photometric, type Transform, type TransformOptions } from '../transform.js';

/** Swaps black and white, as between MONOCHROME1 and MONOCHROME2: Pillow's `ImageOps.invert`. */
export function invert(options: TransformOptions = {}): Transform<NoParams> {
  checkOptions<TransformOptions>('invert', options, { p: true });
  return photometric({
    name: 'invert',
    p: options.p,
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
  // For integer types this flips every bit: 16 bytes at a time where the array is aligned.
  const out = samplesLike(data, data.length);
  const max = maximum(data);
  const words = data.byteOffset % 4 === 0 ? data.byteLength >> 2 : 0;
  const from = new Int32Array(data.buffer, words === 0 ? 0 : data.byteOffset, words);
  const to = new Int32Array(out.buffer, 0, words);
  const even = words & ~3;
  for (let i = 0; i < even; i += 4) {
    to[i] = ~from[i]!;
    to[i + 1] = ~from[i + 1]!;
    to[i + 2] = ~from[i + 2]!;
    to[i + 3] = ~from[i + 3]!;
  }
  for (let i = (even * 4) / data.BYTES_PER_ELEMENT; i < data.length; i++) out[i] = max - data[i]!;
  return toImage(out, source, source.channels);
}
