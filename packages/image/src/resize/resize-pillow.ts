import { checkSize, dimensions, type Image, image, type Pixels, pixels, samples } from '../image.js';
import { resizeColumns8, resizeRows8 } from './resize-8bit.js';
import { resizeSimd8 } from './resize-8bit-simd.js';
import { resizeColumnsInDoubles, resizeRowsInDoubles } from './resize-doubles.js';
import { filterTaps, type ResizeFilter, type Taps } from './resize-filter.js';
import { resizeNearest } from './resize-nearest.js';

/**
 * Resizes as Pillow's `Image.resize` does (9.4 to 12.0), bit for bit: `[height, width, c]` of the same type. Filters
 * other than 'nearest' average over all source pixels when shrinking. The result is a new image even at the same size.
 * (Pillow 13 resizes columns before rows in some shapes, which rounds differently: `resizePillow13`.)
 *
 * 16-bit images are computed in double precision and rounded after each pass, as in Pillow's mode I;16 (10.3 and later). Where
 * a cubic filter overshoots the range they are clipped; Pillow wraps the low byte around. Floats, of any range, are treated as in
 * Pillow's mode F: 'bicubic' and 'lanczos' overshoot their range.
 * @param filter @default 'bicubic'
 * @param into the array that the result is written to: of the source's type, width × height × channels long. @default a new array
 * @throws RangeError for a size that is not positive whole numbers, an unknown filter, or an `into` of another length;
 * TypeError for an `into` of another type, or if it is no image.
 */
export function resizePillow<T extends Pixels>(
  source: Image<T>,
  width: number,
  height: number,
  filter: ResizeFilter = 'bicubic',
  into?: T | undefined,
): Image<T> {
  checkSize(width, height);
  const [fromHeight, fromWidth, channels] = dimensions(source);
  const data = pixels(source);
  const length = width * height * channels;
  checkInto(data, length, into);
  if (filter === 'nearest') {
    const nearest = into ?? samples(data, length);
    resizeNearest(data, fromWidth, fromHeight, channels, width, height, nearest);
    return image(nearest, height, width, channels);
  }
  const across = filterTaps(fromWidth, width, filter);
  const down = filterTaps(fromHeight, height, filter);
  const result = resample(
    data,
    fromHeight,
    fromWidth,
    channels,
    width === fromWidth ? undefined : across,
    height === fromHeight ? undefined : down,
    into,
  );
  if (result !== into && (into || result === data)) {
    const own = into ?? samples(data, length);
    own.set(result);
    return image(own, height, width, channels);
  }
  return image(result, height, width, channels);
}

function checkInto(data: Pixels, length: number, into: Pixels | undefined): void {
  if (into === undefined) return;
  const same = [Uint8Array, Uint16Array, Float32Array].some(
    (Type) => data instanceof Type && (into as unknown) instanceof Type,
  );
  if (!same) throw new TypeError("into must be an array of the source's type");
  if (into.length !== length) throw new RangeError(`invalid length of into: ${into.length}, not ${length}`);
}

/** Both passes; one without taps is skipped. The result may be in `into`, or be `data` itself. */
function resample<T extends Pixels>(
  data: T,
  height: number,
  width: number,
  channels: number,
  across: Taps | undefined,
  down: Taps | undefined,
  into: T | undefined,
): T {
  if (data instanceof Uint8Array && (across || down)) {
    const fast = resizeSimd8(data, height, width, channels, across, down, into as Uint8Array | undefined);
    if (fast) return fast as T;
  }
  const rows = across ? resizeRows(data, height, width, channels, across) : data;
  return down ? resizeColumns(rows, (across?.length ?? width) * channels, down) : rows;
}

function resizeRows<T extends Pixels>(
  data: T,
  height: number,
  width: number,
  channels: number,
  taps: Taps,
): T {
  return data instanceof Uint8Array
    ? (resizeRows8(data, height, width, channels, taps) as T)
    : (resizeRowsInDoubles(data, height, width, channels, taps) as T);
}

function resizeColumns<T extends Pixels>(data: T, rowLength: number, taps: Taps): T {
  return data instanceof Uint8Array
    ? (resizeColumns8(data, rowLength, taps) as T)
    : (resizeColumnsInDoubles(data, rowLength, taps) as T);
}
