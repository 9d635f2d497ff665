import { clip, type Image, maximum, type Pixels, type Raster, raster, toImage } from '../image.js';
import { samplesLike } from '../memory.js';
import { resample } from './resample.js';

/**
 * Gives the frequencies of a block around 0 the reference's amplitudes: floor(beta × shorter side) to each side, as many as
 * albumentations takes (one more of the negative ones for even sides, one fewer of the positive). Only the change of these few
 * frequencies is transformed, both ways, by sums of cosines and sines; the rest of the spectrum is never computed.
 */
export function adaptSpectrum(image: Image, reference: Image, beta: number): Image {
  const source = raster(image);
  const { data, width, height, channels } = source;
  const reach = Math.floor(Math.min(width, height) * beta);
  if (reach === 0) return image;
  const target = raster(resample(reference, source, 'bilinear'));
  const [rows, columns] = [frequencies(height, reach), frequencies(width, reach)];
  const [down, across] = [waves(height, rows), waves(width, columns)];
  const out = samplesLike(data, data.length);
  for (let c = 0; c < channels; c++) {
    const own = spectrum(source, c, down, across);
    const theirs = spectrum(target, c, down, across);
    addChange(source, c, change(own, theirs), down, across, out);
  }
  return toImage(out, source, channels);
}

/** The whole numbers of a block around 0 in a shifted spectrum of this length. */
function frequencies(length: number, reach: number): number[] {
  const middle = (length - 1) / 2;
  const zero = length >> 1;
  const first = Math.max(0, Math.trunc(middle - reach));
  const end = Math.min(length, Math.trunc(middle + reach));
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i - zero);
}

/** Cosines and sines, `[frequencies, length]`. */
interface Waves {
  readonly count: number;
  readonly length: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function waves(length: number, list: readonly number[]): Waves {
  const cos = new Float64Array(list.length * length);
  const sin = new Float64Array(list.length * length);
  list.forEach((frequency, k) => {
    for (let i = 0; i < length; i++) {
      // Reduced to one turn first, which keeps the angle exact.
      const turn = (frequency * i) % length;
      const angle = (2 * Math.PI * turn) / length;
      cos[k * length + i] = Math.cos(angle);
      sin[k * length + i] = Math.sin(angle);
    }
  });
  return { count: list.length, length, cos, sin };
}

/** Complex numbers, `[rows, columns]` of frequencies. */
interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The Fourier transform at the frequencies of the waves, on the scale of 0..max of 255, 65535 or 1. */
function spectrum(
  { data, width, height, channels }: Raster,
  c: number,
  down: Waves,
  across: Waves,
): Spectrum {
  const scale = 1 / maximum(data);
  const re = new Float64Array(down.count * across.count);
  const im = new Float64Array(down.count * across.count);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) row[x] = data[(y * width + x) * channels + c]! * scale;
    for (let l = 0; l < across.count; l++) {
      let [a, b] = [0, 0];
      for (let x = 0, w = l * width; x < width; x++, w++) {
        a += row[x]! * across.cos[w]!;
        b -= row[x]! * across.sin[w]!;
      }
      for (let k = 0, o = l; k < down.count; k++, o += across.count) {
        const [cos, sin] = [down.cos[k * height + y]!, down.sin[k * height + y]!];
        re[o]! += a * cos + b * sin;
        im[o]! += b * cos - a * sin;
      }
    }
  }
  return { re, im };
}

/** What turns the amplitudes of one into those of the other. */
function change(own: Spectrum, theirs: Spectrum): Spectrum {
  const factor = own.re.map((re, i) => {
    const size = Math.hypot(re, own.im[i]!);
    // What is but rounding has no phase: an even image stays even.
    return size < 1e-7 ? 0 : Math.hypot(theirs.re[i]!, theirs.im[i]!) / size - 1;
  });
  return { re: own.re.map((re, i) => re * factor[i]!), im: own.im.map((im, i) => im * factor[i]!) };
}

/** Adds the real part of the inverse transform to a channel. */
function addChange(
  { data, width, height, channels }: Raster,
  c: number,
  { re, im }: Spectrum,
  down: Waves,
  across: Waves,
  out: Pixels,
): void {
  const max = maximum(data);
  const scale = max / (width * height);
  const bias = max === 1 ? 0 : 0.5;
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let l = 0; l < across.count; l++) {
      let [a, b] = [0, 0];
      for (let k = 0, i = l; k < down.count; k++, i += across.count) {
        const [cos, sin] = [down.cos[k * height + y]!, down.sin[k * height + y]!];
        a += re[i]! * cos - im[i]! * sin;
        b += re[i]! * sin + im[i]! * cos;
      }
      for (let x = 0, w = l * width; x < width; x++, w++) {
        sums[x]! += a * across.cos[w]! - b * across.sin[w]!;
      }
    }
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * channels + c;
      out[i] = clip(data[i]! + sums[x]! * scale + bias, max);
    }
  }
}
